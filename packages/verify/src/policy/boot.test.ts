import { describe, expect, test } from 'vitest';
import { AssayError } from '../errors.ts';
import { parsePolicy } from './parse.ts';

const hex = (bytes: number): string => 'ab'.repeat(bytes);
const release = (measurements: object) => ({ releases: [{ name: 'v1', measurements }] });

/** The error of a policy that must be refused. */
function refusal(input: unknown): AssayError {
  try {
    parsePolicy(input);
  } catch (error) {
    if (error instanceof AssayError) return error;
    throw error;
  }
  throw new Error(`accepted: ${JSON.stringify(input)}`);
}

describe('a release with run-time values names the firmware too', () => {
  test.each([
    [{ rtmr0: hex(48) }, 'rtmr0'],
    [{ rtmr1: [hex(48)] }, 'rtmr1'],
    [{ rtmr2: hex(48), rtmr3: hex(48) }, 'rtmr2, rtmr3'],
    [{ composeHash: hex(32), osImageHash: hex(32) }, 'composeHash, osImageHash'],
    [{ appId: hex(20), instanceId: hex(20) }, 'appId, instanceId'],
    [{ keyProvider: '{}' }, 'keyProvider'],
    [{ rtmr3: hex(48), mrSeam: hex(48), mrConfigId: hex(48) }, 'rtmr3'],
    [{ rtmr3: hex(48), mrenclave: hex(32), measurement: hex(48), imageDigest: `sha256:${hex(32)}` }, 'rtmr3'],
  ])('%j alone is refused', (measurements, named) => {
    const { code, message, details } = refusal(release(measurements));
    expect([code, details.field]).toEqual(['usage', 'policy.releases[0]']);
    expect(message).toBe(
      `policy.releases[0]: release v1 names ${named}, which any firmware can set: add mrtd (or mrAggregated or mrSystem)`,
    );
    const boot = { mrtd: hex(48), rtmr1: hex(48), rtmr2: hex(48) };
    for (const firmware of [boot, { mrAggregated: hex(32) }, { mrSystem: hex(32) }]) {
      expect(parsePolicy(release({ ...measurements, ...firmware }))).toBeDefined();
    }
  });

  test('each release names its own firmware', () => {
    const releases = [
      { name: 'whole', measurements: { mrtd: hex(48), rtmr0: hex(48) } },
      { name: 'half', measurements: { rtmr3: hex(48) } },
    ];
    expect(refusal({ releases }).message).toContain('policy.releases[1]: release half names rtmr3');
  });
});

describe('a release with values that the kernel sets names the kernel too', () => {
  const mrtd = hex(48);

  test.each([
    [{ mrtd, rtmr3: hex(48) }, 'rtmr3'],
    [{ mrtd, rtmr1: hex(48), composeHash: hex(32) }, 'composeHash'],
    [{ mrtd, rtmr2: hex(48), osImageHash: hex(32), appId: hex(20) }, 'osImageHash, appId'],
    [{ mrtd, rtmr0: hex(48), keyProvider: '{}', instanceId: hex(20) }, 'instanceId, keyProvider'],
  ])('%j is refused', (measurements, named) => {
    expect(refusal(release(measurements)).message).toBe(
      `policy.releases[0]: release v1 names ${named}, which any kernel can set: add rtmr1 and rtmr2 (or mrAggregated or mrSystem)`,
    );
  });

  test('registers that the firmware sets need the firmware alone', () => {
    for (const name of ['rtmr0', 'rtmr1', 'rtmr2']) {
      expect(parsePolicy(release({ mrtd, [name]: hex(48) }))).toBeDefined();
    }
  });
});
