import type { ServiceEnv } from '@assay/server';
import type { Hono } from 'hono';
import type { Accounting } from '../ledger/accounting.ts';
import type { TEEManager } from '../tee/manager.ts';
import type { Access } from './access.ts';
import type { Settings } from './settings.ts';

/** What the swarms hold now, and what was asked of them. */
export interface SwarmTotals {
  readonly torrents: number;
  readonly peers: number;
  readonly seeds: number;
  /** Announces that were admitted since the tracker started. */
  readonly announces: number;
}

/** What the routes stand on. */
export interface ApiParts {
  readonly accounting: Accounting;
  readonly manager: TEEManager;
  readonly settings: Settings;
  readonly access: Access;
  /** The tracker's id, in registrations and receipts. */
  readonly instanceId: string;
  /** How many may be registered. */
  readonly maxUsers: number;
  /** Services that endorsements may come from; the first is the usual one. */
  readonly pccsUrls: readonly string[];
  readonly swarms: () => SwarmTotals;
  /** A new instance name for statements, 16 to 64 bytes of lower-case hex. */
  readonly instance: string;
  readonly clock: () => Date;
}

/** Where routes are mounted. */
export type Api = Hono<ServiceEnv>;

/** Answers with secrets, or that are true for an instant only. */
export const UNKEPT = { 'cache-control': 'no-store' } as const;
