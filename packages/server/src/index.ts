export { Problem, type ProblemCode, type ProblemDocument, problemOf, problemResponse } from './problem/problem.ts';
