import { corporateSuite } from "../support/corporate-suite.ts";
import { describeLocally, openLocally } from "../support/local-scenario.ts";

corporateSuite("without Docker", describeLocally, {
  open: openLocally,
  behind: async (_stack, { proxyPort }) => {
    const proxy = `http://127.0.0.1:${proxyPort}`;
    return { HTTP_PROXY: proxy, HTTPS_PROXY: proxy };
  },
  triesWithoutCertificate: true,
});
