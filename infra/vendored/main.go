// Command vendored fetches the files of npm packages that the console serves, each in the
// version that infra/console/static/vendored.txt names, and writes them if they have the
// checksum that it names. It fails without writing anything if one has another.
//
//	go run ./infra/vendored
package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if err := fetch(context.Background(), "."); err != nil {
		fmt.Fprintln(os.Stderr, "vendored:", err)
		os.Exit(1)
	}
}

// fetch packs each package with npm, from the registry that npm is configured for.
func fetch(ctx context.Context, root string) error {
	dir := filepath.Join(root, folder)
	list, err := readList(dir)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "vendored")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temp) }()
	packed, fresh := map[string]map[string][]byte{}, map[string][]byte{}
	for _, v := range list {
		name := v.Package + "@" + v.Version
		if packed[name] == nil {
			if packed[name], err = pack(ctx, temp, name); err != nil {
				return err
			}
		}
		text, ok := packed[name]["package/"+v.Path]
		switch {
		case !ok:
			return fmt.Errorf("%s has no file %s", name, v.Path)
		case sum(text) != v.SHA256:
			return fmt.Errorf("%s of %s has the checksum %s, and %s says %s", v.Path, name, sum(text), listed, v.SHA256)
		}
		fresh[v.File] = text
	}
	for name, text := range fresh {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil { //nolint:gosec // read by everybody
			return err
		}
	}
	return nil
}

// pack returns the files of a package. Nothing of it is run.
func pack(ctx context.Context, dir, name string) (map[string][]byte, error) {
	cmd := exec.CommandContext(ctx, "npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", dir, name) //nolint:gosec // of the list
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("npm pack %s: %w", name, err)
	}
	file, err := os.Open(filepath.Join(dir, filepath.Base(strings.TrimSpace(string(out))))) //nolint:gosec // that npm has made
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return unpack(file)
}

// largest bounds a file of a package.
const largest = 4 << 20

func unpack(r io.Reader) (map[string][]byte, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for t := tar.NewReader(z); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if files[h.Name], err = io.ReadAll(io.LimitReader(t, largest)); err != nil {
			return nil, err
		}
	}
}
