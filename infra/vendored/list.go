package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// folder has the files that the console serves, and the list of those of others.
const folder = "infra/console/static"

const listed = "vendored.txt"

// vendored is a file of an npm package.
type vendored struct{ File, Package, Version, Path, Licence, SHA256 string }

// readList reads the list in a folder.
func readList(dir string) (all []vendored, err error) {
	text, err := os.ReadFile(filepath.Join(dir, listed)) //nolint:gosec // of the project
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) == 0 || strings.HasPrefix(f[0], "#") {
			continue
		}
		if len(f) != 6 {
			return nil, fmt.Errorf("%s: %q: expected file, package, version, path, licence and SHA-256", listed, strings.TrimSpace(line))
		}
		all = append(all, vendored{f[0], f[1], f[2], f[3], f[4], f[5]})
	}
	return all, nil
}

func sum(text []byte) string {
	s := sha256.Sum256(text)
	return hex.EncodeToString(s[:])
}
