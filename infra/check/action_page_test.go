package check

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/payhooks/payhooks/infra/checkout"
	"github.com/payhooks/payhooks/infra/docpage"
)

// commandLine begins a line of a block that is typed.
var commandLine = regexp.MustCompile(`^(bin/payhooks|make|sam|aws|go) `)

// placeLine begins a block of YAML: the file and the key below which it goes. Only a
// blank line is between two.
var placeLine = regexp.MustCompile(`(?m)^# (\S+\.yaml), below (\w+):\n`)

func actionPage(t *testing.T) docpage.Page {
	t.Helper()
	page, err := docpage.Read(repository + "/internal/action")
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// yamlBlocks are those of the page, by their file and key.
func yamlBlocks(page docpage.Page) map[[2]string]string {
	blocks := map[[2]string]string{}
	for _, b := range page.Blocks {
		texts := placeLine.Split(b, -1)[1:] // what is before the first is no YAML
		for i, m := range placeLine.FindAllStringSubmatch(b, -1) {
			blocks[[2]string{m[1], m[2]}] += texts[i]
		}
	}
	return blocks
}

func TestYAMLOfTheActionPageIsInOrder(t *testing.T) {
	dir := t.TempDir()
	if err := checkout.Copy(t.Context(), repository, dir); err != nil {
		t.Fatal(err)
	}
	blocks := yamlBlocks(actionPage(t))
	if len(blocks) < 3 {
		t.Fatalf("the page has %d blocks of YAML, want a parameter, an action's and what infra/data.yaml gets", len(blocks))
	}
	for at, block := range blocks {
		file, key := filepath.Join(dir, at[0]), "\n"+at[1]+":\n"
		text, err := os.ReadFile(file)
		if err != nil || strings.Count(string(text), key) != 1 {
			t.Fatalf("%s has no place %s: %v", at[0], at[1], err)
		}
		if err := os.WriteFile(file, []byte(strings.Replace(string(text), key, key+block, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// What its code uses is what Example_secret uses.
	folder := filepath.Join(dir, "functions/tell-crm")
	main := "package main\n\nimport (\n\t_ \"github.com/payhooks/payhooks/internal/action\"\n\t_ \"github.com/payhooks/payhooks/internal/secret\"\n)\n\nfunc main() {}\n"
	if err := os.MkdirAll(folder, 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "main.go"), []byte(main), 0o600); err != nil {
		t.Fatal(err)
	}
	problems, err := check(os.DirFS(dir), "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	unused, err := checkUses(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range append(problems, unused...) {
		t.Error(p)
	}
}

func TestCodeOfTheActionPageIsInARunningExample(t *testing.T) {
	page := actionPage(t)
	source := unindented(page.Source)
	checked := 0
	for _, b := range page.Blocks {
		if strings.HasPrefix(b, "# ") || commandLine.MatchString(b) {
			continue
		}
		if checked++; !strings.Contains(source, unindented(b)) {
			t.Errorf("no example has\n%s", b)
		}
	}
	if checked < 3 {
		t.Errorf("the page has %d blocks of Go", checked)
	}
}

// unindented is code without what the place where it stands adds.
func unindented(code string) string {
	lines := strings.Split(code, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSpace(l)
	}
	return strings.Join(lines, "\n")
}

func TestActionPageNamesEachExampleThatThereIs(t *testing.T) {
	page := actionPage(t)
	var named []string
	for _, name := range regexp.MustCompile(`\bExample(_?[A-Z]\w*|_\w+)`).FindAllString(page.Text, -1) {
		if named = append(named, name); !page.Examples[name] {
			t.Errorf("the page names %s, which does not exist", name)
		}
	}
	for name := range page.Examples {
		if !slices.Contains(named, name) {
			t.Errorf("the page does not name %s", name)
		}
	}
}
