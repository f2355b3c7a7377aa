import type { ProductLine } from './product.ts';

/** SHA-256 of the SubjectPublicKeyInfo of AMD's root keys (ARK), lower-case hex. VCEK and VLEK chains end in the same. */
export const ARK_PINS: Readonly<Record<ProductLine, string>> = {
  Milan: '9f056bee44377e29308cb5ffa895bdfb62d18881fa6bed8d6f075b0204089cb9',
  Genoa: '429a69c9422aa258ee4d8db5fcda9c6470ef15f8cd5a9cebd6cbc7d90b863831',
  Turin: '4f125410563a2ab9a50356f9243f6fe0b6f73de98603f53f90339c70e9d7ad08',
};
