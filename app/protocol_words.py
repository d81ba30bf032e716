"""The protocol's own vocabulary: public words that are not masked, even where one is a password."""

_WORDS = """
    access access_token active address api authorization authorization_code aud auth_time azp basic bearer birthdate
    claims client_id client_secret code code_challenge code_challenge_method code_verifier device_code dpop email
    email_verified error error_description error_uri expires_in false family_name gender given_name grant_type groups
    http https id_token id_token_hint interval issuer json lapse locale login login_hint middle_name name nickname nonce
    null oauth offline_access openid password phone phone_number phone_number_verified picture preferred_username
    profile prompt redirect_uri refresh refresh_token request request_uri response_mode response_type roles scope secret
    session state sub token token_type true updated_at user user_code username verification_uri
    verification_uri_complete website zoneinfo
    access_denied account_selection_required authorization_pending authorization_required consent_required
    expired_token insufficient_authentication_context insufficient_scope insufficient_user_authentication
    interaction_required invalid_binding_message invalid_client invalid_client_metadata invalid_dpop_proof
    invalid_grant invalid_redirect_uri invalid_request invalid_request_object invalid_request_uri invalid_scope
    invalid_target invalid_token invalid_user_code login_required mfa_required missing_user_code oob_rejected
    request_not_supported request_uri_not_supported registration_not_supported server_error slow_down
    temporarily_unavailable token_expired transaction_failed unauthorized_client unknown_user_id
    unmet_authentication_requirements unsupported_grant_type unsupported_response_type unsupported_token_type
    use_dpop_nonce
"""
PROTOCOL_WORDS = frozenset(_WORDS.split())
"""Parameters, claims and scopes; the error codes of RFC 6749, 6750, 7009, 8628, 8707, 9449, 9470, OpenID and Okta."""


def is_part_of_one(value: str) -> bool:
    """Return whether a value is part of one of these words, as `invalid` is of `invalid_grant`."""
    lowered = value.lower()
    return any(lowered in word for word in PROTOCOL_WORDS)
