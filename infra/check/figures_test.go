package check

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// small is a module with one arrow into the shop.
var small = map[string]string{
	"go.mod":                              "module " + strings.TrimSuffix(module, "/") + "\n\ngo 1.26\n",
	"README.md":                           "small\n",
	"template.yaml":                       "  # ---- Shop\n    CodeUri: functions/update-order\n  # ---- End of shop\n",
	"functions/update-order/main.go":      "package main\n\nimport _ \"" + module + "internal/shop/order\"\n\nfunc main() {}\n",
	"infra/tool/main.go":                  "package main\n\nimport (\n\t_ \"" + module + "internal/event\"\n\t_ \"" + module + "internal/shop/order\"\n)\n\nfunc main() {}\n",
	"internal/event/event.go":             "package event\n",
	"internal/event/windows.go":           "//go:build windows\n\npackage event\n",
	"internal/shop/order/order.go":        "package order\n\nimport \"does.not/exist\"\n",
	"internal/shop/order/order_test.go":   "package order\n\n",
	"internal/shop/order/testdata/not.go": "package not\n",
}

func TestFiguresOfASmallModule(t *testing.T) {
	dir := checkoutOf(t, small)
	f, err := measure(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	want := figures{
		Folders: []folder{
			{"functions", 1, 1, 1, 5, 0}, {"internal", 2, 0, 4, 7, 2}, {"infra", 1, 1, 1, 8, 0},
		},
		All: folder{"all", 4, 2, 6, 20, 2}, Tracked: 10, TrackedGo: 7,
		MedianLines: 3, LongestLines: 8, Longest: "infra/tool/main.go",
		Imports: 3, Arrows: []arrow{{"infra/tool", "internal/shop/order"}},
		MainLines: 13, Mains: []folder{{"infra/tool", 1, 1, 1, 8, 0}, {"functions/update-order", 1, 1, 1, 5, 0}},
	}
	if !reflect.DeepEqual(f, want) {
		t.Errorf("measured\n%+v, expected\n%+v", f, want)
	}
}

func TestFiguresOfThisRepositoryAddUp(t *testing.T) {
	all := packages(t)
	f, err := measurePackages(os.DirFS(repository), all)
	if err != nil {
		t.Fatal(err)
	}
	sum, mains := folder{Name: "all"}, folder{}
	for _, c := range f.Folders {
		sum.add(c)
	}
	for _, m := range f.Mains {
		mains.add(m)
	}
	if sum != f.All || f.All.Packages != len(all) {
		t.Errorf("folders add up to %+v, all is %+v of %d packages", sum, f.All, len(all))
	}
	if mains.Lines != f.MainLines || mains.Mains != f.All.Mains || f.MainLines >= f.All.Lines {
		t.Errorf("mains add up to %+v, lines in package main are %d of %+v", mains, f.MainLines, f.All)
	}
	if f.MedianLines > f.LongestLines {
		t.Errorf("median %d of at most %d lines", f.MedianLines, f.LongestLines)
	}
}

func TestFiguresArePrintedAsTableAndAsObject(t *testing.T) {
	dir := checkoutOf(t, small)
	var table, object bytes.Buffer
	if err := PrintFigures(t.Context(), &table, []string{dir}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| packages (of them `main`) | 1 (1) | 2 | 1 (1) | 4 (2) |\n", "| Go lines without tests | 5 | 7 | 8 | 20 |\n",
		"tracked files: 10, of Go 7\n", "median 3, longest 8 (infra/tool/main.go)\n", "from outside it: 1\n  infra/tool: internal/shop/order\n",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table does not contain %q:\n%s", want, &table)
		}
	}
	if err := PrintFigures(t.Context(), &object, []string{dir, "--json"}); err != nil {
		t.Fatal(err)
	}
	var f figures
	if err := json.Unmarshal(object.Bytes(), &f); err != nil || f.All.Lines != 20 || len(f.Arrows) != 1 {
		t.Errorf("read %+v, %v from %s", f, err, &object)
	}
}

func TestUnknownArgumentsOfFiguresAreRefused(t *testing.T) {
	for _, args := range [][]string{{"--jsn"}, {".", ".."}, {"no/such/directory"}} {
		if err := PrintFigures(t.Context(), &bytes.Buffer{}, args); err == nil {
			t.Errorf("figures %q reports no error", args)
		}
	}
}

func TestLargeNumbersAreGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1075: "1,075", 41451: "41,451", 1234567: "1,234,567"} {
		if got := grouped(n); got != want {
			t.Errorf("grouped(%d) is %s, expected %s", n, got, want)
		}
	}
}

// checkoutOf makes a directory in which git tracks the files.
func checkoutOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "--quiet"}, {"add", "."}} {
		cmd := exec.CommandContext(t.Context(), "git", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args[0], err, out)
		}
	}
	return dir
}
