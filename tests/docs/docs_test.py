#!/usr/bin/env python3
"""Documentation that says what is there: the data model against a new database, generated pages against their
sources, links against files. The program is $RAPPORT, or ./rapport."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RAPPORT = os.environ.get("RAPPORT", str(ROOT / "rapport"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "connectors").glob("*/README.md"), *(page for page in (ROOT / "tests").rglob("*.md") if "node_modules" not in page.parts)])
DATA_MODEL = ROOT / "docs/data-model.md"


def run(*words, folder=ROOT):
    return subprocess.run([RAPPORT, *words], cwd=folder, capture_output=True, text=True)


def without_code(text):
    text = re.sub(r"^(`{3,})[^\n]*\n.*?^\1\s*$", "", text, flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "", text)


def heading_ids(text):
    """As GitHub makes them."""
    text = re.sub(r"^(`{3,})[^\n]*\n.*?^\1\s*$", "", text, flags=re.M | re.S)
    return {re.sub(r"[^\w\- ]", "", found.strip().lower()).replace(" ", "-") for found in re.findall(r"^#+ (.*)$", text, flags=re.M)}


class DataModel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        made = run("init", cls.folder.name)
        assert made.returncode == 0, made.stderr
        asked = run("sql", "--json", "SELECT table_name, column_name FROM information_schema.columns ORDER BY ALL", folder=cls.folder.name)
        cls.columns = {}
        for row in json.loads(asked.stdout):
            cls.columns.setdefault(row["table_name"], set()).add(row["column_name"])
        cls.page = DATA_MODEL.read_text()
        cls.sections = dict(re.findall(r"^### ([a-z_]+)\n(.*?)(?=^##|\Z)", cls.page, flags=re.M | re.S))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_every_table_and_column_is_described(self):
        self.assertGreater(len(self.columns), 15)
        for table, columns in self.columns.items():
            self.assertIn(table, self.sections, f"docs/data-model.md has no section {table}")
            text = self.sections[table]
            if "Same columns." in text:
                text = self.sections[table.removesuffix("_now")]
            missing = columns - set(re.findall(r"`([a-z_]+)`", text))
            self.assertFalse(missing, f"docs/data-model.md, {table}: columns without a word")

    def test_nothing_is_described_that_is_not_there(self):
        for table, text in self.sections.items():
            self.assertIn(table, self.columns, f"docs/data-model.md describes {table}")
            for cells in re.findall(r"^\| ([^|]*) \|", text, flags=re.M):
                described = set(re.findall(r"`([a-z_]+)`", cells))
                self.assertFalse(described - self.columns[table], f"docs/data-model.md, {table}")

    def test_queries_run(self):
        queries = re.findall(r"^```sql\n(.*?)^```", self.page, flags=re.M | re.S)
        statements = [one for block in queries for one in re.sub(r"--.*", "", block).split(";") if one.strip()]
        self.assertGreater(len(statements), 5)
        for sql in statements:
            answer = run("sql", sql, folder=self.folder.name)
            self.assertEqual(answer.returncode, 0, sql + answer.stderr)

    def test_kinds_are_described(self):
        known = set(re.findall(r"`([a-z_]+)`", self.page.split("\n## Kinds of activity")[1].split("\n## ")[0]))
        table = re.search(r"kKinds\[\] = \{(.*?)\}", (ROOT / "connectors/mapping.cpp").read_text(), flags=re.S)
        self.assertFalse(set(re.findall(r'"([a-z_]+)"', table[1])) - known, "kinds of connectors/mapping.cpp")
        read = set()
        for sql in (ROOT / "metrics").glob("*.sql"):
            for one, several in re.findall(r"\bkind (?:=|<>) '([a-z_]+)'|\bkind IN \(([^)]*)\)", sql.read_text()):
                read |= {one} - {""} | set(re.findall(r"'([a-z_]+)'", several))
        self.assertGreater(len(read), 5)
        self.assertFalse(read - known, "kinds that metrics read")


class Pages(unittest.TestCase):
    def test_generated_pages_are_as_their_sources(self):
        made = subprocess.run([sys.executable, ROOT / "tools/gen-docs", "--check"], capture_output=True, text=True, env={**os.environ, "RAPPORT": RAPPORT})
        self.assertEqual(made.returncode, 0, made.stderr)

    def test_links_lead_somewhere(self):
        checked = 0
        for page in PAGES:
            for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
                if re.match(r"[a-z]+:", target):
                    continue
                path, _, fragment = target.partition("#")
                there = (page.parent / path).resolve() if path else page
                if there.parent == ROOT / "docs/images" and not there.parent.exists():
                    continue  # pictures are taken from the running page, and not before there is one
                checked += 1
                self.assertTrue(there.exists(), f"{page.relative_to(ROOT)}: {target}")
                if fragment and there.suffix == ".md":
                    self.assertIn(fragment, heading_ids(there.read_text()), f"{page.relative_to(ROOT)}: {target}")
        self.assertGreater(checked, 20)


class Reference(unittest.TestCase):
    def test_every_command_has_its_heading(self):
        text = (ROOT / "docs/reference/commands.md").read_text()
        listed = run("--help").stdout.split("Subcommands:", 1)[1]
        commands = re.findall(r"^  ([a-z][a-z-]*) ", listed, flags=re.M)
        self.assertGreater(len(commands), 10)
        for command in commands:
            self.assertRegex(text, rf"(?m)^#+ .*\b{command}\b")

    def test_every_setting_of_every_connector_is_explained(self):
        names = [row["connector"] for row in json.loads(run("sources", "--connectors", "--json").stdout)]
        self.assertGreater(len(names), 3)
        for name in names:
            text = (ROOT / "connectors" / name / "README.md").read_text()
            for row in json.loads(run("sources", "--connector", name, "--json").stdout):
                self.assertIn(f"`{row['setting']}`", text, f"connectors/{name}/README.md")


if __name__ == "__main__":
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
    result = unittest.TextTestRunner(verbosity=0).run(suite)
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed")
    sys.exit(bad > 0)
