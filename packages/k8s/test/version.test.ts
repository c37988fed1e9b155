import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { VERSION } from '../src/version.js';

describe('the version', () => {
  it('is that of the package', () => {
    const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(text) as { version: string };
    expect(VERSION).to.equal(version);
  });
});
