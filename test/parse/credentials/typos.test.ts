/** Visible defects of a credential, and its repaired form. */
import t from 'tap';
import { Credential } from '../../../src/model/credential.ts';
import { findTypo } from '../../../src/parse/credentials/typos.ts';
import { parseReference } from '../../../src/parse/reference.ts';

const referenceOf = (image: string) => {
  const parsed = parseReference(image);
  if (!parsed.ok) throw new Error(`${image}: ${parsed.error}`);
  return parsed.reference;
};
const credential = (username: string, password: string): Credential =>
  new Credential({ secret: 'regcred', rawKey: 'k', key: 'registry.example.com', username, password });

t.test('defects of a credential that can be seen', async t => {
  const image = referenceOf('harbor.example.com/team/api:1');
  const rows: [string, string, string, RegExp | null, [string, string]?][] = [
    ['nothing', 'ci', 'pw', null],
    ['a line break', 'ci', 'pw\n', /^the password ends with a line break/, ['ci', 'pw']],
    ['a line break of Windows', 'ci', 'pw\r\n', /^the password ends with a line break/, ['ci', 'pw']],
    ['a line break in the user name', 'ci\n', 'pw', /^the user name ends with a line break/, ['ci', 'pw']],
    ['in both', 'ci\n', 'pw\n', /^the user name and the password end with a line break/, ['ci', 'pw']],
    ['blanks', ' ci', 'pw ', /^the user name and the password have white space around them/, ['ci', 'pw']],
    ['a byte order mark', '\ufeffci', 'pw', /^the user name has white space around it/, ['ci', 'pw']],
    ['quotes', 'ci', '"pw"', /^the password includes the quotation marks/, ['ci', 'pw']],
    ['quotes around the user name', "'ci'", 'pw', /^the user name includes the quotation marks/, ['ci', 'pw']],
    ['one quote is none', 'ci', '"pw', null],
    ['quotes and nothing in them', 'ci', '""', null],
    ["Harbor's robot without its project", 'robot+ci', 'pw', /is missing "\$project"/, ['robot$team+ci', 'pw']],
    ["Quay's robot", 'team+ci', 'pw', null],
    ['a whole robot', 'robot$team+ci', 'pw', null],
    ['a blank inside', 'ci bot', 'p w', null],
  ];
  for (const [name, username, password, what, repaired] of rows) {
    const defect = findTypo(credential(username, password), image);
    if (what === null) t.equal(defect, null, name);
    else {
      t.match(defect?.what, what, name);
      t.strictSame([defect?.repaired.username, defect?.repaired.reveal()], repaired, `${name}: repaired`);
      t.notMatch(defect?.what ?? '', /\bpw\b/, `${name}: the words hold no value`);
    }
  }
  t.equal(findTypo(credential('robot+ci', 'pw'), null), null, 'a robot, and no image that tells the project');
});
