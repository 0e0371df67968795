// Package npm installs programs that come as npm packages, one for each system, as a
// package-lock.json pins them.
package npm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Program is a program with a package of npm for each system.
type Program struct {
	Dir    string // folder of package.json and package-lock.json
	Prefix string // the package's name up to the system: "@dynoxide/"
	Binary string // its path in the package
	Folder string // what the folder that it is installed in begins with
	// Name and Instead are parts of errors: what the program is, and what to do without it.
	Name, Instead string
}

// Engine is the DynamoDB engine, which the files in dir pin.
func Engine(dir string) Program {
	return Program{
		Dir: dir, Prefix: "@dynoxide/", Binary: "dynoxide", Folder: "dynoxide",
		Name: "the DynamoDB engine", Instead: "set DYNAMODB_ENDPOINT to a DynamoDB that runs already",
	}
}

// locked is the program for one system, as package-lock.json has it.
type locked struct {
	Program

	name      string // of the package
	version   string
	integrity string // of the package, "sha512-…"; npm installs nothing else. Empty for a system that is not locked
}

// Install returns the path of the binary that package-lock.json names. It is installed
// first if it is not there. Two processes may do so at once.
func (p Program) Install(ctx context.Context, log *slog.Logger) (string, error) {
	var err error
	if p.Dir, err = filepath.Abs(p.Dir); err != nil {
		return "", fmt.Errorf("find package-lock.json: %w", err)
	}
	l, err := p.locked()
	if err != nil {
		return "", err
	}
	binary := filepath.Join(p.Dir, "node_modules", l.folder(), p.Binary)
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	if l.integrity == "" {
		log.WarnContext(ctx, p.Name+" for this system is installed without a checksum; CONTRIBUTING.md says how to lock it", "package", l.name+"@"+l.version)
	}
	return binary, l.install(ctx, binary)
}

// locked reads the program for this machine from package-lock.json.
func (p Program) locked() (locked, error) {
	file := filepath.Join(p.Dir, "package-lock.json")
	text, err := os.ReadFile(file) //nolint:gosec // of this repository
	if err != nil {
		return locked{}, fmt.Errorf("find the package-lock.json of %s: %w", p.Name, err)
	}
	var lock struct {
		Packages map[string]struct{ Version, Integrity string }
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return locked{}, fmt.Errorf("read %s: %w", file, err)
	}
	l := locked{Program: p, name: p.Prefix + system(runtime.GOOS, runtime.GOARCH)}
	own, ok := lock.Packages["node_modules/"+l.name]
	l.version, l.integrity = own.Version, own.Integrity
	if ok && !strings.HasPrefix(l.integrity, "sha512-") {
		return locked{}, fmt.Errorf("package-lock.json in %s has no checksum of %s: lock it as CONTRIBUTING.md says, or %s", p.Dir, l.name, p.Instead)
	}
	// A system that the file leaves out gets the version of those that it has.
	for other, its := range lock.Packages {
		if !ok && strings.HasPrefix(other, "node_modules/"+p.Prefix) {
			l.version = its.Version
		}
	}
	if l.version == "" {
		return locked{}, fmt.Errorf("package-lock.json names no version of %s: take it from the repository again", p.Name)
	}
	return l, nil
}

// system is how npm's packages call a system.
func system(name, arch string) string {
	if arch == "amd64" {
		arch = "x64"
	}
	return name + "-" + arch
}

// folder is another one for every version and content, so that what an earlier
// lock file named is never run.
func (l locked) folder() string {
	if l.integrity == "" {
		return l.Folder + "-" + l.version + "-unlocked"
	}
	digest := strings.NewReplacer("/", "_", "+", "-", "=", "").Replace(strings.TrimPrefix(l.integrity, "sha512-"))
	return l.Folder + "-" + l.version + "-" + digest[:min(16, len(digest))]
}

// install lets npm verify and unpack the package in a folder that nothing else uses, then
// moves it to its place.
func (l locked) install(ctx context.Context, binary string) (err error) {
	own, err := l.ownFolder()
	if err != nil {
		return fmt.Errorf("prepare the installation of %s: %w", l.Name, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(own)) }()
	if err := l.run(ctx, own); err != nil {
		return err
	}
	unpacked := filepath.Join(own, "node_modules", l.name)
	err = os.Rename(unpacked, filepath.Join(l.Dir, "node_modules", l.folder()))
	if _, there := os.Stat(binary); there == nil {
		return nil // another process was first
	}
	return err
}
