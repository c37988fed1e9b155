import { AssertionError, expect } from 'chai';
import { HookError } from '../src/index.js';
import type { HookErrorCode } from '../src/index.js';

/** The HookError that `action` throws; fails if it throws none, or another one. */
export function hookErrorOf(code: HookErrorCode, action: () => unknown): HookError {
  try {
    action();
  } catch (error) {
    return checked(code, error);
  }
  throw new AssertionError(`expected a HookError ${code}, but nothing was thrown`);
}

/** As hookErrorOf, for promises. */
export async function hookRejectionOf(code: HookErrorCode, promise: Promise<unknown>): Promise<HookError> {
  try {
    await promise;
  } catch (error) {
    return checked(code, error);
  }
  throw new AssertionError(`expected a HookError ${code}, but the promise was fulfilled`);
}

function checked(code: HookErrorCode, error: unknown): HookError {
  if (!(error instanceof HookError)) throw error;
  expect(error.code).to.equal(code);
  expect(error.hint).to.be.a('string').and.not.be.empty;
  return error;
}
