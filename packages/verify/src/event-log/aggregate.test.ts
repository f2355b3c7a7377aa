import { expect, test } from 'vitest';
import { fromHex } from '../codec/hex.ts';
import { sha256Hex } from '../crypto/hash.ts';
import { mrAggregated, mrSystem } from './aggregate.ts';

/** The example that dstack's verifier publishes. */
test('mr_aggregated and mr_system', async () => {
  const registers = {
    mrtd: 'f06dfda6dce1cf904d4e2bab1dc370634cf95cefa2ceb2de2eee127c9382698090d7a4a13e14c536ec6c9c3c8fa87077',
    rtmr0: '68102e7b524af310f7b7d426ce75481e36c40f5d513a9009c046e9d37e31551f0134d954b496a3357fd61d03f07ffe96',
    rtmr1: 'a7b523278d4f914ee8df0ec80cd1c3d498cbf1152b0c5eaf65bad9425072874a3fcf891e8b01713d3d9937e3e0d26c15',
    rtmr2: 'dbf4924c07f5066f3dc6859844184344306aa3263817153dcaee85af97d23e0c0b96efe0731d8865a8747e51b9e351ac',
    rtmr3: '5e7d8d84317343d28d73031d0be3c75f25facb1b20c9835a44582b8b0115de1acfe2d19350437dbd63846bcc5d7bf328',
    mrConfigId: `01e631a04a5d068c0e5ffd8ca60d6574ac99a18bdaf0417d129d0c4ac52244d40f${'00'.repeat(15)}`,
  };
  const provider =
    '7b226e616d65223a226b6d73222c226964223a223330353933303133303630373261383634386365336430323031303630383261383634386365336430333031303730333432303030343139623234353764643962386161363434366439383066313336666666373831326563643663373737343065656230653238623130643536633063303030323861356236653539646365613330376435383362643166373037363965396331313664663262636662313735386139356438363133653764653163383438326330227d';
  expect(await mrAggregated(registers)).toBe('52f6d7ccbee1bfa870709e8ff489e016e2e5c25a157b7e22ef1ea68fce763694');
  expect(await mrSystem(registers, fromHex(provider))).toBe(
    '145010fa227e6c2537ad957c64e4a8486fcbfd8265ddfb359168b59afcff1d05',
  );
  // Launch registers that are all zero do not count.
  const { mrConfigId: _, ...unset } = registers;
  const { mrtd, rtmr0, rtmr1, rtmr2, rtmr3 } = unset;
  const short = await sha256Hex(fromHex(mrtd + rtmr0 + rtmr1 + rtmr2 + rtmr3));
  expect(await mrAggregated({ ...unset, mrOwner: '00'.repeat(48) })).toBe(short);
});
