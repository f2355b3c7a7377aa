export type { Hono } from 'hono';
export { type AttesterAppOptions, createAttesterApp } from './attester/app.ts';
export { ATTESTER_ALIASES, type AttesterConfig, attesterConfig } from './attester/config.ts';
export { type BrokerOptions, createBroker, QUOTE_ONLY } from './broker/broker.ts';
export { BROKER_ALIASES, type BrokerConfig, brokerConfig } from './broker/config.ts';
export { COLLATERAL_HEADERS } from './collateral/answer.ts';
export { type CollateralAppOptions, createCollateralApp } from './collateral/app.ts';
export { COLLATERAL_ALIASES, type CollateralConfig, collateralConfig } from './collateral/config.ts';
export type { CollateralTables } from './collateral/documents.ts';
export type { CollateralEvent } from './collateral/failures.ts';
export { collateralMeter } from './collateral/meter.ts';
export { type ImportResult, importOfflineSet } from './collateral/offline-set.ts';
export { type OpenCollateralOptions, openCollateralService } from './collateral/open.ts';
export { collateralPaths } from './collateral/paths.ts';
export type { Upstreams } from './collateral/receive.ts';
export {
  type CollateralService,
  type CollateralServiceOptions,
  createCollateralService,
} from './collateral/service.ts';
export {
  type AmdOptions,
  type AmdSubject,
  fetchAmd,
  PRODUCTS,
  type Product,
  type SnpTcb,
} from './collateral/upstream/amd.ts';
export type { CollateralFiles } from './collateral/upstream/answers.ts';
export { type DownloadOptions, download } from './collateral/upstream/download.ts';
export { type Endpoint, parseAddress, parseEndpoint } from './collateral/upstream/endpoint.ts';
export {
  fetchIntel,
  fetchPck,
  type IntelOptions,
  type IntelSubject,
  type PckQuery,
} from './collateral/upstream/intel.ts';
export { createSeedAttestation, type SeedAttestationOptions } from './confidential-space/attestation.ts';
export { type AudiencePolicy, audiencePolicy } from './confidential-space/audience.ts';
export { type Budget, createBudget } from './confidential-space/budget.ts';
export { type RationOptions, rationed } from './confidential-space/rationed.ts';
export { type SeedClaims, type SeedReport, type SeedReportOptions, seedReport } from './confidential-space/report.ts';
export {
  ATTESTER_VARIABLES,
  metrics as metricsKeys,
  port as portNumber,
  text as someText,
} from './config/listening.ts';
export { type ConfigSources, type LoadedConfig, loadConfig } from './config/load.ts';
export { printConfig } from './config/print.ts';
export type { ConfigSchema } from './config/schema.ts';
export { json as jsonAnswer, problems as problemAnswers } from './documentation/answers.ts';
export { createDocsApp, type DocsAppOptions } from './documentation/app.ts';
export { attesterPaths } from './documentation/attester-paths.ts';
export { evidencesPaths } from './documentation/evidences-paths.ts';
export type { ApiDescription } from './documentation/open-api.ts';
export type { ApiAnswer, ApiContent, ApiOperation, ApiParameter, ApiPaths } from './documentation/operation.ts';
export { proxyPaths } from './documentation/proxy-paths.ts';
export { publicCors } from './documentation/public-cors.ts';
export { createEarIssuer, EAR_PROFILE, type EarIssuer, type EarIssuerOptions, type EarRequest } from './ear/issuer.ts';
export type { EarKind } from './ear/key-file.ts';
export { createEarKeys, EAR_KEY_LIFE, type EarKeys, type EarKeysOptions, type EarSigningKey } from './ear/keys.ts';
export { createEarKeysApp, EAR_KEY_PATHS } from './ear/keys-app.ts';
export { earKeysPaths } from './ear/keys-paths.ts';
export { type PolicyVersion, policyReference } from './ear/policy-reference.ts';
export {
  createPublishedKeys,
  EAR_KEY_MIGRATIONS,
  EAR_KEY_SERVICE,
  type EarKeyRow,
  type EarKeySchema,
  type PublishedKeys,
} from './ear/published-keys.ts';
export { createEvidencesApp, type EvidencesAppOptions } from './evidences/app.ts';
export { createPageApp, type PageAppOptions } from './page/app.ts';
export { createFrontDoor } from './page/front-door.ts';
export { Problem, type ProblemCode, type ProblemDocument, problemOf, problemResponse } from './problem/problem.ts';
export { createProxyApp, type ProxyAppOptions, type ProxyGrant } from './proxy/app.ts';
export type { BearerToken } from './proxy/bearer.ts';
export { PROXY_ALIASES, type ProxyConfig, proxyConfig } from './proxy/config.ts';
export {
  createQuoteLine,
  type LastQuote,
  type QuoteActivity,
  type QuoteLine,
  type QuoteLineOptions,
} from './proxy/quote-line.ts';
export type { ProxyStatusDocument, StatusOptions } from './proxy/status.ts';
export { PROXY_UNIT, type ProxyUnitOptions, proxyUnit } from './proxy/unit.ts';
export { type AttestAnswersOptions, attestAnswers } from './response/attest-answers.ts';
export type { ServiceEnv } from './service/answer-headers.ts';
export { type AppListenerOptions, appListener } from './service/app-listener.ts';
export { answerFailure } from './service/failure.ts';
export { addGauges, type GaugeOptions } from './service/gauges.ts';
export { type RateLimit, SERVICE_LIMITS, SERVICE_RATE, type ServiceLimits } from './service/limits.ts';
export type { ServicePlace } from './service/listen.ts';
export { createMetrics, createMetricsApp, type ServiceMetrics } from './service/metrics.ts';
export { appOf, mounted } from './service/mounted.ts';
export {
  type ServedApp,
  type ServeOptions,
  serveApp,
  type Timer,
  type TlsMaterial,
  type TlsOptions,
} from './service/serve-app.ts';
export { checkGivenCertificate, type GivenCertificate } from './tls/given-certificate.ts';
export { makeRaTlsCertificate, type RaTlsOptions, type ServedCertificate } from './tls/ra-tls-certificate.ts';
export { type RaTls, type RaTlsRenewalOptions, startRaTls } from './tls/renewal.ts';
export { type ApiKeys, type Caller, callerOf, newApiKey, parseApiKeys } from './verifier/api-keys.ts';
export { CALLER_RATE, createVerifier, type Verifier, type VerifierAppOptions } from './verifier/app.ts';
export { jsonBody, members, VERIFIER_BODY, wrong } from './verifier/body.ts';
export { VERIFIER_ALIASES, type VerifierConfig, verifierConfig } from './verifier/config.ts';
export { verdictMeter } from './verifier/meter.ts';
export { openVerifierDatabase } from './verifier/open-database.ts';
export { openTokens, type Tokens, type TokensOptions } from './verifier/open-tokens.ts';
export { verifierPaths } from './verifier/paths.ts';
export type { VerifierDatabase, VerifierSchema } from './verifier/schema.ts';
export type { TokenIssuer, TokenSubject } from './verifier/verification.ts';
