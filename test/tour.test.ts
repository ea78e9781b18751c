/** The tour of the README: its transcripts and pictures were made together, and are what a terminal can show. What stands in them is compared on a real cluster. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';

const TOUR = join('docs', 'tour');
const { textOf } = (await import(pathToFileURL(resolve('scripts/terminal-picture.mjs')).href)) as { textOf(picture: string): string };
const read = (file: string): string => readFileSync(join(TOUR, file), 'utf8');
const scenes = readdirSync(TOUR).filter(file => file.endsWith('.txt'));

t.ok(scenes.length >= 6, 'there are scenes');
for (const scene of scenes) {
  t.test(scene, async t => {
    const transcript = read(scene);
    const picture = read(scene.replace(/txt$/, 'svg'));
    t.equal(textOf(picture), transcript.trimEnd(), 'the picture shows the transcript');
    t.match(picture, /<title>[^<]+<\/title>/, 'and says what it shows');
    t.notMatch(picture, /<(?:script|image|use|foreignObject)\b|\bhref=|\burl\(|@import/, 'it loads nothing');
    t.match(transcript, /^\$ kubectl /, 'it begins with the command');
    t.notMatch(transcript, /[^\P{Cc}\n]/u, 'no control characters');
  });
}
t.strictSame(
  readdirSync(TOUR)
    .filter(file => file.endsWith('.svg'))
    .map(file => file.replace(/svg$/, 'txt')),
  scenes,
  'each picture has its transcript',
);
