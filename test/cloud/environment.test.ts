import assert from "node:assert/strict";
import { strayCloudSettings, withoutStraySettings } from "../../cloud/environment.ts";

/** What an openrc file of Horizon sets. */
const openrc = {
  OS_AUTH_URL: "https://cloud.example:5000",
  OS_PROJECT_ID: "0123",
  OS_PROJECT_NAME: "other",
  OS_USER_DOMAIN_NAME: "Default",
  OS_USERNAME: "me",
  OS_PASSWORD: "secret",
  OS_REGION_NAME: "R",
  OS_INTERFACE: "public",
  OS_IDENTITY_API_VERSION: "3",
};

describe("an environment with settings of a cloud", () => {
  it("is recognised by name, without a value; empty ones do nothing", () => {
    const strays = strayCloudSettings({ ...openrc, OS_TOKEN: "", PATH: "/bin" });
    assert.deepEqual(strays, [
      "OS_AUTH_URL",
      "OS_IDENTITY_API_VERSION",
      "OS_PASSWORD",
      "OS_PROJECT_ID",
      "OS_PROJECT_NAME",
      "OS_REGION_NAME",
      "OS_USERNAME",
      "OS_USER_DOMAIN_NAME",
    ]);
  });

  it("loses all that the provider would mix into clouds.yaml, and keeps where that file is", () => {
    const secrets = { OS_TOKEN: "s", OS_AUTH_TOKEN: "s", OS_APPLICATION_CREDENTIAL_SECRET: "s", OS_INSECURE: "true" };
    const kept = { OS_CLIENT_CONFIG_FILE: "/c.yaml", OS_CLOUD: "prod", PATH: "/bin", HOME: "/h" };
    const { OS_INTERFACE, ...rest } = withoutStraySettings({ ...openrc, ...secrets, ...kept });
    assert.equal(OS_INTERFACE, "public");
    assert.deepEqual(rest, kept);
  });
});
