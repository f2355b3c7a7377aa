export { addressBytes, addressText } from './announce/address.ts';
export { type Answer, createTracker, type Tracker, type TrackerOptions } from './announce/announce.ts';
export { type Announced, type AnnounceEvent, epochAt, type Gate, type GateUser } from './announce/gate.ts';
export { ANNOUNCE_LIMITS, type AnnounceLimits } from './announce/limits.ts';
export type { AnnounceRequest, Refusal } from './announce/request.ts';
export { decodeBencode, decodeBencodePrefix } from './bencode/decode.ts';
export { encodeBencode } from './bencode/encode.ts';
export type { Bencode, BencodeDictionary } from './bencode/value.ts';
export { BLS_LENGTHS, CIPHERSUITE } from './bls/ciphersuite.ts';
export { deriveBlsKey, deriveEd25519Key, ed25519Key, type KeyPath, type Personal } from './bls/derive.ts';
export { type BlsKey, type BlsKeyPair, blsKey, blsKeyPair } from './bls/key.ts';
export { aggregate, verifyBls } from './bls/verify.ts';
export { TRACKER_ALIASES, type TrackerConfig, trackerConfig } from './config.ts';
export { pngWriter } from './experiments/png.ts';
export { type ExperimentOptions, type Experiments, runExperiments } from './experiments/run.ts';
export { type PngWriter, type RunFacts, type Written, writeExperiments } from './experiments/write.ts';
export { HTTP_LIMITS, type HttpLimits } from './http/limits.ts';
export { createTrackerListener, type ListenerOptions } from './http/listener.ts';
export { createTrackerServer, type TrackerServer, type TrackerServerOptions } from './http/server.ts';
export type {
  Accounting,
  AccountingOptions,
  ExportRequest,
  Registered,
  RegisterRequest,
  Reported,
  ReportRequest,
  TorrentSizes,
  TrustedTracker,
} from './ledger/accounting.ts';
export { type Audit, type AuditCode, type AuditFinding, audit } from './ledger/audit.ts';
export { type Conservation, checkConservation } from './ledger/conservation.ts';
export type { Checkpoint, EntryProof, ExportDocument, SignedPromise } from './ledger/documents.ts';
export { exportMessage } from './ledger/export.ts';
export { openAccounting } from './ledger/open.ts';
export { readCheckpoint, readExport, readPromise, readProof } from './ledger/read-document.ts';
export type { RefusalCode, Refused } from './ledger/refusal.ts';
export type { TrackerDatabase, TrackerSchema } from './ledger/schema.ts';
export { type Joined, type JoinOptions, joinTorrent } from './peer/join.ts';
export { createMembership, type Membership, readMembership } from './peer/membership.ts';
export type { Peer } from './peer/peer.ts';
export type { ReportStatistics } from './peer/reporter.ts';
export { encodeReceipt, parseReceipt, type Receipt } from './receipts/receipt.ts';
export { type UpstreamReceipt, upstreamMessage } from './receipts/upstream.ts';
export type { ReceiptCode, ReceiptVerdict } from './receipts/verdict.ts';
export { MAX_SCRAPED, type Scraped, type ScrapeRequest, scrape } from './scrape/scrape.ts';
export { startTracker, type TrackerService, type TrackerServiceOptions } from './service.ts';
export {
  type Certificate,
  type CertificateContent,
  issueCertificate,
  parseCertificate,
  sessionPublicKey,
} from './session/certificate.ts';
export type { HashKey } from './swarm/half-sip-hash.ts';
export { SWARM_LIMITS, type SwarmLimits } from './swarm/limits.ts';
export { createRandom, type Random } from './swarm/sample.ts';
export type { SwarmCounts } from './swarm/swarm.ts';
export { createSwarms, type Swarms, type SwarmsOptions } from './swarm/swarms.ts';
export { createPayloadJudge, type PayloadJudge, type PayloadJudgeOptions, type PayloadQuestion } from './tee/judge.ts';
export type { TEEKeyPair } from './tee/key-pair.ts';
export {
  type AttestationReport,
  type AttestationVerification,
  type KeypairRequest,
  type QuotedPayload,
  TEEManager,
  type TEEManagerOptions,
} from './tee/manager.ts';
export { setTeeMode, TEEMode } from './tee/mode.ts';
export { lookForTee, type PlatformOptions, type TeePlatform } from './tee/platform.ts';
export { type ExpectedRegisters, type ReferenceOptions, referencePolicy } from './tee/reference.ts';
export type { Registration } from './tee/report-data.ts';
export { secretOf } from './tee/secret-file.ts';
export type { TEEStatistics } from './tee/statistics.ts';
export { torrentsOfFolder } from './torrents/folder.ts';
export { parseTorrent } from './torrents/parse.ts';
export { announcedInfohashes, pieceBytes, pieceCount, type Torrent, torrentLength } from './torrents/torrent.ts';
export { createTorrents, type Torrents } from './torrents/torrents.ts';
export { UDP_LIMITS, type UdpLimits } from './udp/limits.ts';
export { serveUdp, type UdpOptions, type UdpTracker } from './udp/server.ts';
export { type Account, type Amounts, balanceOf, exportableOf, ratioOf } from './users/account.ts';
export { registrationMessage } from './users/registration.ts';
