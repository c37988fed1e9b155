import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import type { ContainerContext, HookInput, JobState, ServiceContext } from '@podhooks/hooklib';
import type { AcceptedResponse } from './runner.js';
import { RunnerError } from './runner.js';

/** Reads the response to a command that ended well, and removes the file, as the runner does. */
export async function takeResponse(input: HookInput): Promise<AcceptedResponse | null> {
  const { responseFile } = input;
  const text = existsSync(responseFile) ? await readFile(responseFile, 'utf8') : null;
  await rm(responseFile, { force: true });
  return readResponse(text, input);
}

/**
 * Reads a response file as the runner does (HookResponse.cs, ContainerHookManager.cs); null when there is nothing
 * in it. Stricter in one thing: JSON must be plain JSON and names have the right case.
 * Throws RunnerError for what the runner would fail at.
 */
export function readResponse(text: string | null, input: HookInput): AcceptedResponse | null {
  const containers = input.command === 'prepare_job' ? input.args : undefined;
  const document = text === null || text.trim() === '' ? null : parse(text.replace(/^\uFEFF/, ''));
  if (document === null) {
    if (containers === undefined) return null;
    throw refused('Response file could not be read: the runner needs at least {} from prepare_job');
  }
  const response: AcceptedResponse = {};
  const root = object(document, 'the response');
  if (given(root['state'])) response.state = object(root['state'], 'state');
  const { isAlpine } = root;
  if (typeof isAlpine === 'boolean') response.isAlpine = isAlpine;
  else if (given(isAlpine)) throw refused('isAlpine is not a boolean');
  else if (containers?.container != null)
    throw refused("The property 'isAlpine' is required but was not found in the response file.");
  if (given(root['context'])) response.context = readContext(object(root['context'], 'context'), containers);
  return response;
}

type Context = NonNullable<AcceptedResponse['context']>;

function readContext(
  context: JobState,
  containers: { container: unknown; services: readonly unknown[] } | undefined,
): Context {
  const result: Context = {};
  if (given(context['container'])) {
    result.container = readContainer(object(context['container'], 'context.container'), 'context.container');
    const { id, network } = result.container;
    if (containers?.container === null && (id !== undefined || network !== undefined))
      throw refused('context.container has an id or network, but the job has no container');
  }
  if (!('services' in context)) return result;
  const services = context['services'];
  if (!Array.isArray(services)) throw refused('context.services is not an array');
  if (services.length > (containers?.services.length ?? services.length))
    throw refused(`context.services has ${services.length} entries, the job fewer services`);
  return { ...result, services: services.map((service, index) => readService(service, index)) };
}

function readService(value: unknown, index: number): ServiceContext {
  const at = `context.services[${index}]`;
  const service = object(value, at);
  const ports = Object.entries(object(service['ports'], `${at}.ports`)).map(([port, target]) => {
    if (typeof target !== 'string' && typeof target !== 'number')
      throw refused(`${at}.ports.${port} is neither text nor a number`);
    return [port, String(target)] as const;
  });
  return { ...readContainer(service, at), ports: Object.fromEntries(ports) };
}

function readContainer(value: JobState, at: string): ContainerContext {
  const result: ContainerContext = {};
  for (const name of ['id', 'network'] as const) {
    const text = value[name];
    if (typeof text === 'string') result[name] = text;
    else if (given(text)) throw refused(`${at}.${name} is not text`);
  }
  return result;
}

function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    throw refused(`the response file is not one JSON document: ${String(error)}`);
  }
}

function object(value: unknown, at: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refused(`${at} is not an object`);
  return Object.fromEntries(Object.entries(value));
}

function given(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function refused(message: string): RunnerError {
  return new RunnerError(message);
}
