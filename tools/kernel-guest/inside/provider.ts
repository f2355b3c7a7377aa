import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { SIGNER_FAULT, type SignerFault } from '../contract.ts';

/** Where the guest's kernel has its reports. */
export const REPORTS = '/sys/kernel/config/tsm/report';

/** Starts the process that makes the quotes. Requests that come before it is there wait for it. */
export function startSigner(): ChildProcess {
  return spawn('node', ['/programs/signer.mjs'], { stdio: 'inherit' });
}

/** What the signer does wrong from its next request on; null for nothing. */
export function setFault(fault: SignerFault | null): void {
  if (fault === null) rmSync(SIGNER_FAULT, { force: true });
  else writeFileSync(SIGNER_FAULT, JSON.stringify(fault));
}

/** How long the provider waits for the signer, in milliseconds. */
export function setTimeoutOfProvider(milliseconds: number): void {
  writeFileSync('/sys/module/tsm_simulated/parameters/timeout_ms', String(milliseconds));
}

/** Loads the provider's module. */
export function loadProvider(): void {
  execFileSync('insmod', ['/modules/tsm_simulated.ko'], { stdio: 'pipe' });
}

/** Unloads the provider's module; throws while a signer is attached to it. */
export function unloadProvider(): void {
  execFileSync('rmmod', ['tsm_simulated'], { stdio: 'pipe' });
}
