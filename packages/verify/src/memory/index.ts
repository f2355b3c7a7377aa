export { createMemory, type MemoryOptions } from './in-memory.ts';
export type { RollbackMemory } from './rollback.ts';
