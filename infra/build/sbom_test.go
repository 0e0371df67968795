package main

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

const repository = "../.."

func TestSBOMListsTheModulesThatAreLinked(t *testing.T) {
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "make", "--no-print-directory", "sbom", "SBOM="+dir, "FUNCTIONS=ingest")
	build.Dir = repository
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("make sbom: %v\n%s", err, out)
	}
	binaries, err := filepath.Glob(filepath.Join(repository, folder, "*", "ingest"))
	if err != nil || len(binaries) == 0 {
		t.Fatalf("no binary of ingest: %v", err)
	}
	for _, binary := range []string{binaries[0], filepath.Join(repository, "bin", "payhooks")} {
		info, err := buildinfo.ReadFile(binary)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"std@" + info.GoVersion}
		for _, m := range info.Deps {
			want = append(want, m.Path+"@"+m.Version)
		}
		got := components(t, filepath.Join(dir, filepath.Base(binary)+".json"))
		slices.Sort(want)
		slices.Sort(got)
		if len(want) < 5 || !slices.Equal(got, want) {
			t.Errorf("%s is linked from\n%q\nand its SBOM lists\n%q", binary, want, got)
		}
	}
}

// components are the modules in an SBOM, each with its checksum but for the
// standard library.
func components(t *testing.T, file string) (names []string) {
	t.Helper()
	text, err := os.ReadFile(file) //nolint:gosec // made by the test
	if err != nil {
		t.Fatal(err)
	}
	var bom struct {
		BOMFormat  string
		Components []struct {
			Name, Version string
			Hashes        []struct{ Alg string }
		}
	}
	if err := json.Unmarshal(text, &bom); err != nil || bom.BOMFormat != "CycloneDX" {
		t.Fatalf("%s: %q, %v", file, bom.BOMFormat, err)
	}
	for _, c := range bom.Components {
		if c.Name != "std" && (len(c.Hashes) == 0 || c.Hashes[0].Alg != "SHA-256") {
			t.Errorf("%s has no checksum of %s", file, c.Name)
		}
		names = append(names, c.Name+"@"+c.Version)
	}
	return names
}
