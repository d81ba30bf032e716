"""Okta's management SDK as a process: reads an application, replaces it, reads the System Log."""

import asyncio
import os
from typing import Any

from okta.client import Client as OktaClient
from okta.models import (
    GrantType,
    OpenIdConnectApplication,
    OpenIdConnectApplicationSettingsRefreshToken,
    OpenIdConnectRefreshTokenRotationType,
)

from tests.e2e.third_party.speaking import RefusedError, speak


class Client:
    """An administrator at work on one application."""

    def __init__(self) -> None:
        self._okta: OktaClient

    async def open(self, org_url: str, api_token: str, *, allow_http: bool = False) -> None:
        """Use this org; the SDK wants https, and this is its way to do without."""
        os.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = "true" if allow_http else ""
        try:
            self._okta = OktaClient({"orgUrl": org_url, "token": api_token})
        except ValueError as refused:
            raise RefusedError("ValueError", str(refused)) from None

    async def application(self, app_id: str) -> dict[str, Any]:
        """Return what the SDK makes of the application."""
        return _told(await self._application(app_id))

    async def switch_refresh_grant(self, app_id: str, *, on: bool, keep_settings: bool = False) -> dict[str, Any]:
        """Do what the guide says: get the application, change its grant types, put it back."""
        application = await self._application(app_id)
        oauth = application.settings.oauth_client
        others = [grant for grant in oauth.grant_types if grant is not GrantType.REFRESH_TOKEN]
        oauth.grant_types = [*others, GrantType.REFRESH_TOKEN] if on else others
        if not on and not keep_settings:
            oauth.refresh_token = None
        return await self._replace(app_id, application)

    async def set_rotation(self, app_id: str, rotation_type: str, leeway: int) -> dict[str, Any]:
        """Change how refresh tokens rotate."""
        application = await self._application(app_id)
        application.settings.oauth_client.refresh_token = OpenIdConnectApplicationSettingsRefreshToken(
            rotation_type=OpenIdConnectRefreshTokenRotationType(rotation_type), leeway=leeway
        )
        return await self._replace(app_id, application)

    async def log(self, event_type: str) -> list[dict[str, Any]]:
        """Return the System Log's outcomes for this type of event, oldest first."""
        events = await self._said(self._okta.list_log_events(filter=f'eventType eq "{event_type}"'))
        return [{"result": event.outcome.result, "reason": event.outcome.reason} for event in events]

    async def _application(self, app_id: str) -> OpenIdConnectApplication:
        found = await self._said(self._okta.get_application(app_id))
        assert isinstance(found, OpenIdConnectApplication), type(found)
        return found

    async def _replace(self, app_id: str, application: OpenIdConnectApplication) -> dict[str, Any]:
        return _told(await self._said(self._okta.replace_application(app_id, application)))

    async def _said(self, response: Any) -> Any:
        found, _, error = await response
        if error is not None:
            causes = [cause["errorSummary"] for cause in error.error_causes]
            raise RefusedError(error.error_code, "; ".join([error.error_summary, *causes]))
        return found


def _told(application: OpenIdConnectApplication) -> dict[str, Any]:
    oauth = application.settings.oauth_client
    refresh = oauth.refresh_token
    return {
        "id": application.id,
        "label": application.label,
        "status": application.status.value,
        "sign_on_mode": application.sign_on_mode.value,
        "client_id": application.credentials.oauth_client.client_id,
        "application_type": oauth.application_type.value,
        "grant_types": [grant.value for grant in oauth.grant_types],
        "refresh_token": None if refresh is None else [refresh.rotation_type.value, refresh.leeway],
    }


if __name__ == "__main__":
    asyncio.run(speak(Client()))
