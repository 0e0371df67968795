package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const static = "../console/static"

// ours are written here.
var ours = []string{"app.js", "charts.js", "console.css", "local.js", "select.js"}

func TestServedFilesAreOursOrListed(t *testing.T) {
	list, err := readList(static)
	if err != nil || len(list) == 0 {
		t.Fatal(err, list)
	}
	of := map[string]vendored{}
	for _, v := range list {
		of[v.File] = v
	}
	entries, err := os.ReadDir(static)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if ext := filepath.Ext(name); ext != ".js" && ext != ".css" || slices.Contains(ours, name) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(static, name))
		if err != nil {
			t.Fatal(err)
		}
		switch v, ok := of[name]; {
		case !ok:
			t.Errorf("static/%s is neither ours nor in %s", name, listed)
		case v.SHA256 != sum(text):
			t.Errorf("static/%s was changed: run `make vendored`", name)
		}
		delete(of, name)
	}
	for name := range of {
		t.Errorf("%s lists %s, which is not there: run `make vendored`", listed, name)
	}
}

func TestListedPackagesHaveTheirNotice(t *testing.T) {
	notices, err := os.ReadFile("../../THIRD_PARTY")
	if err != nil {
		t.Fatal(err)
	}
	list, err := readList(static)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		if line := v.Package + " " + v.Version + ", " + v.Licence; !strings.Contains(string(notices), line) {
			t.Errorf("THIRD_PARTY lacks %q: write it in infra/notices/origins.txt and run `make notices`", line)
		}
	}
}
