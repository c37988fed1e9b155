import { ContextFiles } from './context-files.js';
import { invalid, unsupported } from './fault.js';
import { type Architecture, readSections, type Section, type Sections, sourcesOf } from './from.js';
import { Ignored } from './ignore.js';
import { readLines } from './lines.js';
import type { BuildContext, BuildPlan, Stage } from './model.js';
import { StageReader } from './stage.js';

export interface DockerfileSource {
  text: string;
  /** Of the .dockerignore, where there is one. */
  ignore: string | undefined;
  context: BuildContext;
  architecture: Architecture;
}

/** What has to be done for the action of a Dockerfile. @throws DockerfileFault for what cannot be done. */
export function planDockerfile({ text, ignore, context, architecture }: DockerfileSource): BuildPlan {
  const lines = readLines(text);
  const files = new ContextFiles(context, new Ignored(ignore));
  return new Planner(readSections(lines, architecture), lines.escape, files).plan();
}

class Planner {
  /** Those that have a container, in the order in which they can be built. */
  private readonly stages: Stage[] = [];
  private readonly sections: readonly Section[];
  private readonly read = new Map<number, { stage: Stage; reader: StageReader }>();
  private readonly images = new Map<string, Stage>();

  constructor(
    private readonly file: Sections,
    private readonly escape: string,
    private readonly files: ContextFiles,
  ) {
    this.sections = file.sections;
  }

  plan(): BuildPlan {
    const needed = this.needed();
    let last: { stage: Stage; reader: StageReader } | undefined;
    for (const [index, section] of this.sections.entries())
      if (needed.has(index)) this.read.set(index, (last = this.readSection(section, index)));
    if (last === undefined) throw invalid(1, 'it has no FROM');
    this.stages.push(last.stage);
    return { stages: this.stages, start: last.reader.start };
  }

  /** Numbers of the sections that the last one is made of, itself included. */
  private needed(): Set<number> {
    const needed = new Set<number>();
    const add = (index: number) => {
      const section = this.sections[index];
      if (section === undefined || needed.has(index)) return;
      needed.add(index);
      for (const name of [section.base, ...sourcesOf(section)]) add(this.find(name, index) ?? Number(name));
    };
    add(this.sections.length - 1);
    return needed;
  }

  private readSection(section: Section, index: number): { stage: Stage; reader: StageReader } {
    const base = this.read.get(this.find(section.base, index) ?? -1);
    const stage: Stage = {
      name: section.name ?? `${index}`,
      line: section.line,
      image: base?.stage.image ?? section.base,
      steps: [],
      exports: [],
      needs: [...(base?.stage.needs ?? [])],
      asRoot: false,
    };
    const others = {
      putAside: (from: string, sources: readonly string[], line: number) => {
        const source = this.source(from, line, index);
        if (!this.stages.includes(source)) this.stages.push(source);
        const number = this.stages.indexOf(source);
        if (!stage.needs.includes(number)) stage.needs.push(number);
        return { stage: number, number: source.exports.push({ line, sources }) - 1 };
      },
    };
    const reader = new StageReader(this.file.globals, this.escape, this.files, others, base?.reader);
    for (const instruction of section.instructions) reader.read(instruction);
    stage.steps = reader.steps;
    stage.asRoot = reader.asRoot;
    if (stage.image === 'scratch') stage.image = this.imageForScratch(stage);
    return { stage, reader };
  }

  /** The last section of the name before this one. */
  private find(name: string, before: number): number | undefined {
    const index = this.sections.findLastIndex((each, at) => at < before && each.name === name.toLowerCase());
    return index === -1 ? undefined : index;
  }

  /** What `--from` names: a stage, its number, or an image. */
  private source(from: string, line: number, before: number): Stage {
    const index = this.find(from, before) ?? (/^\d+$/.test(from) ? Number(from) : undefined);
    if (index !== undefined) {
      const known = index < before ? this.read.get(index)?.stage : undefined;
      if (known === undefined)
        throw invalid(line, `--from=${from}: there is no stage ${from} before this one`);
      return known;
    }
    if (this.sections.some(({ name }) => name === from.toLowerCase()))
      throw invalid(line, `--from=${from}: the stage comes after the one that copies from it`);
    if (from.includes('$')) throw invalid(line, `--from=${from} may not hold variables`);
    const image = this.images.get(from) ?? imageStage(from, line);
    this.images.set(from, image);
    return image;
  }

  /**
   * An empty image cannot be started. What it is given runs as well among the files of the stage that they come from: of a
   * program without libraries, that is all there is.
   */
  private imageForScratch({ line, steps, needs }: Stage): string {
    const run = steps.find(({ kind }) => kind === 'run');
    if (run !== undefined)
      throw unsupported(run.line, 'RUN in FROM scratch is not supported: it has no shell');
    const [first] = needs.flatMap((number) => this.stages[number] ?? []);
    if (first === undefined)
      throw unsupported(
        line,
        'FROM scratch without COPY --from is not supported: an empty image has no shell that could copy',
        'Build it on a small image with a shell, such as alpine or busybox.',
      );
    return first.image;
  }
}

/** An image that nothing is done in but to copy from it. */
function imageStage(image: string, line: number): Stage {
  return { name: image, line, image, steps: [], exports: [], needs: [], asRoot: false };
}
