export { addressBytes, addressText } from './announce/address.ts';
export { type Answer, createTracker, type Tracker, type TrackerOptions } from './announce/announce.ts';
export { type Announced, type AnnounceEvent, epochAt, type Gate, type GateUser } from './announce/gate.ts';
export { ANNOUNCE_LIMITS, type AnnounceLimits } from './announce/limits.ts';
export type { AnnounceRequest, Refusal } from './announce/request.ts';
export { decodeBencode, decodeBencodePrefix } from './bencode/decode.ts';
export { encodeBencode } from './bencode/encode.ts';
export type { Bencode, BencodeDictionary } from './bencode/value.ts';
export { TRACKER_ALIASES, type TrackerConfig, trackerConfig } from './config.ts';
export { HTTP_LIMITS, type HttpLimits } from './http/limits.ts';
export { createTrackerListener, type ListenerOptions } from './http/listener.ts';
export { createTrackerServer, type TrackerServer, type TrackerServerOptions } from './http/server.ts';
export { type Audit, audit } from './ledger/audit.ts';
export type { Checkpoint, EntryProof, SignedPromise } from './ledger/documents.ts';
export { readCheckpoint, readPromise, readProof } from './ledger/read-document.ts';
export { MAX_SCRAPED, type Scraped, type ScrapeRequest, scrape } from './scrape/scrape.ts';
export { startTracker, type TrackerService, type TrackerServiceOptions } from './service.ts';
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
