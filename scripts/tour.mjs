/**
 * Writes the transcripts and pictures of the tour (docs/tour): starts a cluster, types the commands of test/e2e/tour.mjs on a terminal, keeps what was shown.
 *
 *   LAB=1.37 IMAGEPULL_CLUSTER=FOLDER node scripts/tour.mjs
 *
 * IMAGEPULL_CLUSTER names the folder that holds up.sh and down.sh. `npm run docs` then takes the transcripts into README.md.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { installPlugin, say, startCluster, undo } from '../test/e2e/lab.mjs';
import { COLUMNS, closeShop, openShop, play, SCENES, TOUR } from '../test/e2e/tour.mjs';
import { pictureOf, plain } from './terminal-picture.mjs';

try {
  await installPlugin();
  await startCluster(process.env.IMAGEPULL_CLUSTER ?? '', false);
  await openShop();
  undo.push(closeShop);
  for (const name of readdirSync(TOUR)) if (/\.(txt|svg)$/.test(name)) rmSync(join(TOUR, name));
  for (const scene of SCENES) {
    const shown = await play(scene);
    say(scene.command);
    writeFileSync(join(TOUR, `${scene.name}.txt`), plain(shown));
    writeFileSync(join(TOUR, `${scene.name}.svg`), pictureOf(shown, { title: `${scene.title}: ${scene.command}`, columns: COLUMNS }));
  }
} finally {
  for (const step of undo.reverse()) await step();
}
