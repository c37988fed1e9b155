import type { HookError, HookErrorCode } from '@podhooks/hooklib';
import { expect } from 'chai';

type Class<T> = abstract new (...args: never[]) => T;

/** The error of this class with which a promise is rejected; fails for any other outcome. */
export async function rejection<T>(type: Class<T>, promise: Promise<unknown>): Promise<T> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof type) return error;
    throw error;
  }
  return expect.fail(`expected a ${type.name}, but the promise was fulfilled`);
}

/** The HookError of this code with which a promise is rejected. */
export async function hookRejection(code: HookErrorCode, promise: Promise<unknown>): Promise<HookError> {
  const error = await rejection(Error, promise);
  if (!isHookError(error)) throw error;
  expect(error.code).to.equal(code);
  return error;
}

/** By its name: what is imported only when it is needed brings a class of its own under test. */
function isHookError(error: Error): error is HookError {
  return error.name === 'HookError';
}
