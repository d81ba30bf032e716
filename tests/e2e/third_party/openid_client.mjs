// openid-client as a process: answers each line of JSON on standard input by one on standard output.
import { createInterface } from "node:readline";
import * as oidc from "openid-client";

const SCOPE = "openid profile email offline_access";
let config, checks, redirectUri, subject, tokens, before;

async function taken(answer) {
  const fresh = await answer;
  const old = tokens ?? {};
  before = tokens;
  tokens = { ...old, ...fresh };
  return { fresh, old };
}

async function claims(answer) {
  const found = (await taken(answer)).fresh.claims();
  subject = found.sub;
  return found;
}

const actions = {
  async open({ issuer, client_id, redirect_uri }) {
    // loopback only: the library wants https, and this is its way to do without
    const execute = issuer.startsWith("http:") ? [oidc.allowInsecureRequests] : [];
    // it trusts the connection for the signature unless told not to
    execute.push(oidc.enableNonRepudiationChecks);
    config = await oidc.discovery(new URL(issuer), client_id, undefined, oidc.None(), { execute });
    redirectUri = redirect_uri;
    return config.serverMetadata().issuer;
  },

  async authorize() {
    checks = {
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
      expectedState: oidc.randomState(),
      expectedNonce: oidc.randomNonce(),
      idTokenExpected: true,
    };
    return oidc.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: SCOPE,
      code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
      code_challenge_method: "S256",
      state: checks.expectedState,
      nonce: checks.expectedNonce,
    }).href;
  },

  redeem: ({ callback }) => claims(oidc.authorizationCodeGrant(config, new URL(callback), checks)),

  password: ({ username, password }) =>
    claims(oidc.genericGrantRequest(config, "password", { username, password, scope: SCOPE })),

  async device() {
    const started = await oidc.initiateDeviceAuthorization(config, { scope: SCOPE });
    before = started;
    return { user_code: started.user_code, page: started.verification_uri_complete };
  },

  device_tokens: () => claims(oidc.pollDeviceAuthorizationGrant(config, { ...before, interval: 0.1 })),

  async refresh({ again = false }) {
    const { old, fresh } = await taken(oidc.refreshTokenGrant(config, (again ? before : tokens).refresh_token));
    const differs = (name) => (fresh[name] ?? old[name]) !== old[name];
    return { access_token: differs("access_token"), refresh_token: differs("refresh_token") };
  },

  userinfo: () => oidc.fetchUserInfo(config, tokens.access_token, subject),

  async call({ url }) {
    const answer = await oidc.fetchProtectedResource(config, tokens.access_token, new URL(url), "GET");
    return answer.json();
  },

  introspect: ({ which }) => oidc.tokenIntrospection(config, tokens[which], { token_type_hint: which }),

  async revoke({ which }) {
    await oidc.tokenRevocation(config, tokens[which], { token_type_hint: which });
    return 200; // the library throws at any other status
  },

  sign_out_url: ({ return_to }) =>
    oidc.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: return_to }).href,
};

function refusal(failed) {
  if (failed instanceof oidc.WWWAuthenticateChallengeError) {
    return { error: String(failed.status), description: failed.response.headers.get("www-authenticate") };
  }
  if (failed instanceof oidc.ResponseBodyError) {
    return { error: failed.error, description: failed.error_description };
  }
  return { error: failed.code ?? failed.name, description: failed.message };
}

for await (const line of createInterface({ input: process.stdin })) {
  const { do: action, ...given } = JSON.parse(line);
  let answer;
  try {
    answer = { said: (await actions[action](given)) ?? null };
  } catch (failed) {
    if (!(failed.code || failed.error)) throw failed;
    answer = refusal(failed);
  }
  console.log(JSON.stringify(answer));
}
process.exit(); // connections kept alive would keep it waiting
