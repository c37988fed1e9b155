import { format, resolveConfig } from 'prettier';
import { CHAPTERS } from '../situations/all.js';
import { playAll } from '../situations/play.js';

/** The text of docs/transcripts.md: what the log of a job says in each situation that the tests play. */
export async function transcriptsPage(file: string): Promise<string> {
  const chapters = await Promise.all(
    CHAPTERS.map(async ({ title, situations }) => {
      const transcripts = await playAll(situations);
      const sections = transcripts.map(
        (each) =>
          `### ${each.title[0]?.toUpperCase() ?? ''}${each.title.slice(1)}\n\n\`\`\`text\n${each.text}\n\`\`\``,
      );
      return `## ${title}\n\n${sections.join('\n\n')}`;
    }),
  );
  const page = `# What the log of a job says

Search this page for what you see. Each text is what the hook prints in this situation, the words of Kubernetes included; the codes
are explained in [troubleshooting](troubleshooting.md), and what ends a wait in [the table of failures](failures.md).

<!-- Made by \`npm run docs\` from test/situations. -->

${chapters.join('\n\n')}
`;
  return format(page, { ...(await resolveConfig(file)), filepath: file });
}
