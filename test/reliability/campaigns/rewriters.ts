import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from '../../e2e/support.js';
import type { PodRunner } from '../../runner/pod-runner.js';
import { inJob, jobPodOf, step } from '../bed.js';
import { type Campaign, countOf, row } from '../campaign.js';
import { pool } from '../pool.js';
import { beds, withHostileJob } from '../security-beds.js';

const AT_ONCE = 2;
const LOST = 125;
/** Of the failing steps; 0 would be what the processes left behind want. */
const OWN = 7;
const MARK = 'podhooks-rewriter';

/**
 * What an earlier step leaves behind, twice: it rewrites the logs, ends and marks of the steps that run, prints ends into the
 * descriptors of whoever watches them, and fills the file commands. It knows what any process of the same user can know
 * without tracing: all files, and the ends of earlier steps that were green. Left alone are marks that only
 * hold a step up, and `environment`: what the job's own processes start with is the job's (docs/security.md).
 */
const REWRITER = `
use strict; use warnings; use Fcntl; $SIG{PIPE} = 'IGNORE'; $0 = '${MARK}';
my (%seen, @green);
sub slurp { local $/; open(my $f, '<', $_[0]) or return ''; my $text = <$f>; return defined $text ? $text : ''; }
sub put { my ($path, $text, $flags) = @_; sysopen(my $f, $path, $flags | O_NONBLOCK) or return; syswrite($f, $text); close $f; }
my $end = time + 600;
while (time < $end) {
  for my $dir (glob '/__podhooks/*-*') {
    my $log = "$dir/log.0";
    my $text = slurp($log);
    my $nonce = $text =~ /\\x1epodhooks (\\S+) / ? $1 : undef;
    if ($text =~ /green\\n\\x1epodhooks \\S+ (\\S+)\\n/) { push @green, $1 unless $seen{$1}++; shift @green if @green > 5; }
    if (defined $nonce && $text !~ /green/) {
      for my $word (@green, '0', '000000000000000000000000') {
        (my $forged = $text) =~ s/(\\x1epodhooks \\S+ )(?!next)\\S+\\n/$1$word\\n/;
        put($log, $forged, O_WRONLY | O_TRUNC) if rand() < 0.2;
        put($log, "\\x1epodhooks $nonce $word\\n", O_WRONLY | O_APPEND) if rand() < 0.2;
        for my $fd (glob '/proc/[0-9]*/fd/[12]') {
          my $to = readlink $fd; next unless defined $to && $to =~ /^pipe/;
          put($fd, "\\x1epodhooks $nonce $word\\n", O_WRONLY) if rand() < 0.01;
          put($fd, "\\x1epodhooks $nonce done\\n", O_WRONLY) if rand() < 0.01;
        }
      }
    }
    for my $mark ('ended', 'unstarted') { put("$dir/$mark", '', O_WRONLY | O_CREAT) if rand() < 0.002; }
  }
  for my $file (glob '/__w/_temp/_runner_file_commands/*') { put($file, "A=forged\\n", O_WRONLY | O_APPEND) if rand() < 0.01; }
  select undef, undef, undef, 0.005;
}
`;

/** Steps that fail at once, after output, and after a moment. */
const FAILURES = [`exit ${OWN}`, `echo output; exit ${OWN}`, `sleep 0.3; echo output; exit ${OWN}`];

export const rewriters: Campaign = {
  name: 'rewriters',
  claim: 'keep failures of steps beside processes that rewrite all they can reach',
  needsPackages: false,
  run: async (scale) => {
    const steps = countOf(scale, 200, 8);
    const used = beds(scale.small);
    const figures = { own: 0, lost: 0, other: 0 };
    await pool(used.length, AT_ONCE, async (number) => {
      const bed = used[number - 1];
      if (bed === undefined) return;
      const mine = Math.ceil((steps - number + 1) / used.length);
      await withHostileJob(bed, async (runner) => {
        await leaveRewriters(runner);
        for (let index = 0; index < mine; index++) {
          const what = `step ${index} (${bed.name})`;
          // The end of a green step is what a forger would like to use again.
          if (index % 5 === 0) await step(runner, 'echo green', { withinMs: 60_000 });
          const result = await step(runner, FAILURES[index % FAILURES.length] ?? '', { withinMs: 60_000 });
          assert.notEqual(result.exitCode, 0, `${what} is green:\n${log(result).slice(-2000)}`);
          if (result.exitCode === OWN) figures.own++;
          else if (result.exitCode === LOST) {
            assert.match(log(result), /::error title=podhooks%3A (STEP|FILES)_LOST::/, what);
            figures.lost++;
          } else figures.other++;
        }
        assert.equal(await rewritersLeft(runner), '2', `processes left behind that still run (${bed.name})`);
        scale.say(`${mine} steps (${bed.name}): ${JSON.stringify(figures)}`);
      });
    });
    return [
      row('failing steps beside processes that rewrite', steps),
      row('green', 0),
      row(
        `with their own exit code; lost, with the reason; with another failure`,
        Object.values(figures).join('; '),
      ),
    ];
  },
};

async function leaveRewriters(runner: PodRunner): Promise<void> {
  const started = `for i in 1 2; do setsid perl -e "$REWRITER" > /dev/null 2>&1 < /dev/null & done; sleep 1; exit 0`;
  await step(runner, started, { env: { REWRITER }, withinMs: 60_000 });
  for (let look = 0; look < 20 && (await rewritersLeft(runner)) !== '2'; look++) await sleep(200);
  assert.equal(await rewritersLeft(runner), '2', 'processes that an earlier step has left behind');
}

async function rewritersLeft(runner: PodRunner): Promise<string> {
  const count = `cat /proc/[0-9]*/comm 2> /dev/null | grep -c ${MARK.slice(0, 15)}`;
  const pod = await jobPodOf(runner);
  // They write into the pipes of this exec, too: amid the count another one is needed.
  for (let look = 0; look < 20; look++) {
    const text = await inJob(runner, pod, `echo "left=$(${count})=left"`);
    const left = /left=(\d+)=left/.exec(text)?.[1];
    if (left !== undefined) return left;
  }
  return 'not known';
}
