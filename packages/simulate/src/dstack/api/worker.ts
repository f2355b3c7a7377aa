import type { Guest } from '../guest.ts';
import { appKeyReportData } from '../keys/report-data.ts';
import type { Service } from '../router.ts';
import { infoMethod, infoV1Method, versionMethod } from './info.ts';
import { quoteAnswer } from './quote.ts';

/** `Worker`, which strangers may ask. */
export function workerService(guest: Guest, appCertificate: () => string): Service {
  return {
    Info: infoMethod(guest, 'strangers', appCertificate),
    Version: versionMethod(guest),
    GetAttestationForAppKey: {
      since: '0.5.6',
      run: (fields) => quoteAnswer(guest, appKeyReportData(guest.app.root, guest.release, fields.text('algorithm'))),
    },
  };
}

/** `Worker` of API v1. No app here asks for health checks, and such an app counts as healthy. */
export function workerV1Service(guest: Guest): Service {
  return {
    Info: infoV1Method(guest, 'strangers'),
    Version: versionMethod(guest),
    Health: { run: () => ({ healthy: true, unhealthy: [], error: '' }) },
  };
}
