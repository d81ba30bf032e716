"""What stands beside a secret's name is masked in any text, whole or broken; every other character stays as it came."""

import html
import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.secret import MASK, KnownSecrets, masked
from app.wire.redact import LONGEST, shown_body, shown_headers, shown_text

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MEDIA_TYPES = (JSON, FORM, "text/plain", "text/html", "application/x-javascript", "application/problem+json", "")
S = "s3cret.Of-nobody"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"a":1,"a":2,"price":1.10,"big":1E2,"otp":123456}', '{"a":1,"a":2,"price":1.10,"big":1E2,"otp":"§123456§"}'),
        ('{"token":["s3cret","b]"],"x":true}', '{"token":"§["s3cret","b]"]§","x":true}'),
        ('{"token":{"a":{"b":"}"}},"x":1}', '{"token":"§{"a":{"b":"}"}}§","x":1}'),
        ('{"token":"a\\\\","x":"y"}', '{"token":"§a\\§","x":"y"}'),
        ('{"accessToken" :\t"s3cret" , "x":"y"}', '{"accessToken" :\t"§s3cret§" , "x":"y"}'),
        ('{"Access-Token":"s3cret"}', '{"Access-Token":"§s3cret§"}'),
        ('{"X-Access-Token":"s3cret"}', '{"X-Access-Token":"§s3cret§"}'),
        ('{"device_code":"s3cr', '{"device_code":"§s3cr§'),
        ('{"token":["s3cret", "b', '{"token":"§["s3cret", "b§"'),
        (
            '{"otp":true,"password":null,"id_token":"","token":[]}',
            '{"otp":"§true§","password":null,"id_token":"","token":[]}',
        ),
        ('{"code":404,"message":"Invalid token: expired"}', '{"code":404,"message":"Invalid token: expired"}'),
        (
            '{"token_type":"Bearer","token_endpoint":"https://x"}',
            '{"token_type":"Bearer","token_endpoint":"https://x"}',
        ),
        ('{"grant_types":["password","code"],"a":"token"}', '{"grant_types":["password","code"],"a":"token"}'),
        ("{'refresh_token': 's3cret', 'x': 1}", "{'refresh_token': '§s3cret§', 'x': 1}"),
        ("{access_token: 's3cret', x: 1}", "{access_token: '§s3cret§', x: 1}"),
        ('{"Authorization":"Bearer s3cret"}', '{"Authorization":"Bearer §s3cret§"}'),
        ('{"headers":{"Authorization":["Bearer s3cret"]}}', '{"headers":{"Authorization":"§["Bearer s3cret"]§"}}'),
        ('[{"name":"otp","value":"s3cret"}]', '[{"name":"otp","value":"§s3cret§"}]'),
        ("<a><access_token>s3cret</access_token></a>", "<a><access_token>§s3cret§</access_token></a>"),
        ('<o:otp x="y">s3cret</o:otp>', '<o:otp x="y">§s3cret§</o:otp>'),
        ("<access_token>s3cr", "<access_token>§s3cr§"),
        ('<x token="s3cret" a="b"/>', '<x token="§s3cret§" a="b"/>'),
        ('<input name="code" value="s3cret"/>', '<input name="code" value="§s3cret§"/>'),
        ("<input value='s3cret' name=access_token>", "<input value='§s3cret§' name=access_token>"),
        ('Bearer realm="x", token="s3cret", error="e"', 'Bearer realm="x", token="§s3cret§", error="e"'),
        ("Bearer token=s3cret, error=e", "Bearer token=§s3cret§, error=e"),
        ("see https://x/cb?code=s3cret&state=s#y", "see https://x/cb?code=§s3cret§&state=s#y"),
        ("access_token: s3cret and more\nx: y", "access_token: §s3cret and more§\nx: y"),
        ("the token: it is odd", "the token: it is odd"),
        ('name="password"\r\n\r\ns3cret\r\n--b--', 'name="password"\r\n\r\n§s3cret§\r\n--b--'),
    ],
)
def test_only_the_value_is_replaced(text: str, shown: str) -> None:
    before, *rest = shown.split("§")
    expected = before
    for value, after in zip(rest[::2], rest[1::2], strict=True):
        expected += masked(value) + after
    assert shown_text("", text) == expected


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"body": json.dumps({"access_token": S, "x": [1]})}),
        json.dumps({"body": json.dumps({"body": json.dumps({"otp": S})})}),
        json.dumps({"url": f"https://x/cb?a=b&code={S}&c=d"}).replace("/", "\\/"),
        "a=https%3A%2F%2Fx%2Fcb%3Ftoken%3D" + quote(S) + "%26c%3Dd&e=f",
        html.escape(json.dumps({"refresh_token": S})),
        '{"acces\\u0073_token":"' + S + '"}',
        "access%5Ftoken=" + S,
        "token%5B%5D=" + S + "&token[a]=" + S,
    ],
)
def test_a_name_inside_escapes_is_one_too(text: str, media_type: str) -> None:
    shown = shown_text(media_type, text)
    assert S not in shown
    assert quote(S) not in shown
    assert MASK in shown


NAMES = st.sampled_from(
    (
        *("access_token", "refresh_token", "id_token", "client_secret", "code_verifier", "device_code", "user_code"),
        *("client_assertion", "assertion", "otp", "password", "mfa_token", "oob_code", "binding_code"),
        *("id_token_hint", "verification_uri_complete", "subject_token"),
    )
)


def respelled(name: str, kind: int) -> str:
    words = name.split("_")
    return (
        "_".join(words),
        "-".join(words),
        words[0] + "".join(map(str.title, words[1:])),
        name.upper(),
        "".join(words),
    )[kind]


SPELLED = st.builds(respelled, NAMES, st.integers(0, 4))
VALUES = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30).map(
    lambda text: f"Zq9~{text}~9qZ"
)
HARMLESS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("harmless \\\"'{}[]:,&=é", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=3),
    max_leaves=8,
)


@given(SPELLED, VALUES, HARMLESS, HARMLESS, st.sampled_from(MEDIA_TYPES), st.booleans(), st.booleans())
def test_in_json_whole(
    name: str,
    value: str,
    before: object,
    after: object,
    media_type: str,
    ascii_only: bool,
    spacious: bool,
) -> None:
    def written(found: object) -> str:
        return json.dumps(found, ensure_ascii=ascii_only, indent=2 if spacious else None)

    text = "".join(('{"x": ', written(before), f', "{name}": ', written(value), ', "y": ', written(after), "}"))
    expected = "".join(('{"x": ', written(before), f', "{name}": "', masked(value), '", "y": ', written(after), "}"))
    assert shown_text(JSON, text) == expected
    assert value not in shown_text(media_type, text)


@given(SPELLED, VALUES, st.data(), st.sampled_from(MEDIA_TYPES))
def test_in_json_broken_off_anywhere(name: str, value: str, data: st.DataObject, media_type: str) -> None:
    head = f'{{"x": [1.10, "a"], "{name}": '
    text = head + json.dumps({"deep": [value, value], "n": 1}) + "}"
    cut = data.draw(st.integers(len(head) + 1, len(text)))
    shown = shown_text(media_type, text[:cut])
    assert shown.startswith(head)
    assert "Zq9" not in shown
    assert "9qZ" not in shown


@given(SPELLED, VALUES, st.text("ab=;,: ", max_size=5))
def test_in_forms_and_queries(name: str, value: str, after: str) -> None:
    text = f"grant_type=x&{name}={quote(value, safe='')}&scope=openid+a%26b{after}"
    expected = f"grant_type=x&{name}={masked(value)}&scope=openid+a%26b{after}"
    assert shown_text(FORM, text) == expected
    assert shown_text("text/plain", text).startswith(f"grant_type=x&{name}={masked(value)}&scope")


@given(st.text(max_size=80), st.sampled_from(MEDIA_TYPES))
def test_what_is_shown_is_not_masked_again(text: str, media_type: str) -> None:
    once = shown_text(media_type, f'{text}{{"token":"{S}"}}&token={S}')
    assert shown_text(media_type, once) == once


def test_a_mask_of_the_servers_own_hides_nothing() -> None:
    assert S not in shown_text(JSON, json.dumps({"token": f"{MASK} {S}"}))
    assert S not in shown_text(JSON, json.dumps({"token": f"{masked('x')} {S}"}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Access-Token", S),
        ("X-Refresh-Token", S),
        ("X-Client-Secret", S),
        ("Api-Key", S),
        ("X-ApiKey", S),
        ("X-Amzn-Authorization", f"Bearer {S}"),
        ("X-Session-Id", S),
        ("Cookie2", f"a={S}"),
        ("Refresh", f"0; url=https://x/cb?code={S}&state=s"),
        ("Link", f'<https://x/?access_token={S}>; rel="next", <https://x/?token={S}>; rel="last"'),
        ("Content-Location", f"/cb#id_token={S}"),
        ("WWW-Authenticate", f'Bearer realm="a", token="{S}"'),
        ("X-Anything", f"token={S}; b=c"),
        ("X-Debug", json.dumps({"refresh_token": S})),
    ],
)
def test_headers(name: str, value: str) -> None:
    ((_, shown),) = shown_headers([(name, value)])
    assert S not in shown
    assert MASK in shown


def test_what_was_told_by_its_name_is_known_by_its_value() -> None:
    secrets = KnownSecrets()
    shown_body(FORM, b"grant_type=password&password=engine-1843&code=c0de-0f-nobody", secrets=secrets, is_ours=True)
    shown_headers([("Authorization", "SSWS 00api-token")], secrets, is_ours=True)
    shown_body("text/plain", b'{"device_code":"d3vice-code","code":"E0000011"}', secrets=secrets)
    shown = shown_text("", "engine-1843 c0de-0f-nobody 00api-token d3vice-code E0000011", secrets)
    assert shown.count(MASK) == 4
    assert shown.endswith(" E0000011"), "an error's code is no secret elsewhere"


@pytest.mark.parametrize(
    "jwt",
    [
        "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2ln",
        "eyJhbGciOiJub25lIn0.e30.",
        "eyJhbGciOiJkaXIifQ..aXZpdg.Y2lwaGVy.dGFn",
        "eyJhbGciOiJSU0EifQ.a2V5.aXY.Y2lwaGVy.dGFn",
    ],
)
def test_jwts_by_their_looks(jwt: str) -> None:
    assert shown_text("", f"x {jwt} y") == f"x {masked(jwt)} y"
    assert shown_text("", json.dumps({"a": jwt + "\n"})) == f'{{"a": "{masked(jwt)}\\n"}}'


def test_a_jwt_that_breaks_off() -> None:
    assert shown_text("", "x eyJhbGciOiJSUzI1NiJ9.eyJzdWIi") == f"x {masked('eyJhbGciOiJSUzI1NiJ9.eyJzdWIi')}"


def test_a_body_cut_within_a_known_secret() -> None:
    secrets = KnownSecrets()
    secrets.add_values(S * 3)
    raw = b"x" * (LONGEST - 20) + (S * 3).encode()
    shown = shown_body("text/plain", raw[:LONGEST], length=len(raw), secrets=secrets)
    assert "s3cret" not in shown.text


def least_s(text: str) -> float:
    found = []
    for _ in range(3):
        began = time.process_time()
        shown_text(FORM, text)
        shown_text("", text)
        found.append(time.process_time() - began)
    return min(found)


@pytest.mark.parametrize(
    "hostile",
    [
        '"token":', '"token":"', '"token":[', "token", "code=", "<token ", "<token>", 'name="otp"\r\n', "eyJ",
        "eyJhbGciOiJ.", "token ", '"token"      ', "token=a,b", "\\", '{"token":"\\', "access_token:",
        "a" * 80 + "token", "%22token%22:", "&quot;otp&quot;:", "token[", "token\n",
    ],
)  # fmt: skip
def test_the_cost_grows_as_the_text_does(hostile: str) -> None:
    small, large = ((hostile * 65_536)[:size] for size in (8_192, 65_536))
    assert least_s(large) < 5 * 8 * least_s(small)
