package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	pinnedAction = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	pinnedWheel  = regexp.MustCompile(`^[a-z0-9.-]+==[^\s;]+( ; [^\\]*)? \\$`)
	toolchain    = regexp.MustCompile(`(?m)^toolchain go1\.\d+\.\d+$`)
	replaced     = regexp.MustCompile(`(?m)^\s*replace\b`)
)

// checkSupply refuses what brings in code that nobody pinned: it may be another
// one tomorrow, on each machine that builds, checks or deploys this.
func checkSupply(files fs.FS) (problems []string, err error) {
	report := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for _, c := range []struct {
		pattern string
		check   func(name string, text []byte, report reporter) error
	}{
		{".github/workflows/*", checkWorkflow},
		{"infra/tools/*requirements.txt", checkRequirements},
		{"infra/local/*/package.json", checkPackage},
		{"infra/local/*/package-lock.json", checkLock},
	} {
		if err := eachFile(files, c.pattern, func(name string, text []byte) error { return c.check(name, text, report) }); err != nil {
			return nil, err
		}
	}
	err = checkModules(files, report)
	slices.Sort(problems)
	return problems, err
}

func eachFile(files fs.FS, pattern string, do func(name string, text []byte) error) error {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if err := do(name, text); err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
	}
	return nil
}

// checkWorkflow: an action is a commit, since its author can move a tag, and holds
// no more rights than reading.
func checkWorkflow(name string, text []byte, report reporter) error {
	var w struct {
		On          any
		Permissions map[string]string
		Jobs        map[string]struct {
			Permissions map[string]string
			Environment any
			Uses        string
			Steps       []struct {
				Uses string
				With map[string]any
			}
		}
	}
	if err := yaml.Unmarshal(text, &w); err != nil {
		return err
	}
	if len(w.Permissions) != 1 || w.Permissions["contents"] != "read" {
		report("%s: the permissions of the workflow should be {contents: read}", name)
	}
	for id, job := range w.Jobs {
		if len(job.Permissions) > 0 && !deploys(w.On, job.Environment, job.Permissions) {
			report("%s: the job %s takes other permissions than the workflow; {contents: read, id-token: write} is for a job with an environment in a workflow that people start", name, id)
		}
		used := []string{job.Uses}
		for _, s := range job.Steps {
			used = append(used, s.Uses)
			if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != false {
				report("%s: %s leaves a token in the checkout: add persist-credentials: false", name, s.Uses)
			}
		}
		for _, u := range used {
			if u != "" && !pinnedAction.MatchString(u) {
				report("%s: uses %s, which can be moved: name the commit, 40 hexadecimal digits", name, u)
			}
		}
	}
	return nil
}

// deploys reports whether a job may have an identity at AWS: it runs in an environment,
// whose rules say who agrees, and no change from outside starts it.
func deploys(on, environment any, permissions map[string]string) bool {
	started, _ := on.(map[string]any)
	_, byPeople := started["workflow_dispatch"]
	return byPeople && len(started) == 1 && environment != nil &&
		maps.Equal(permissions, map[string]string{"contents": "read", "id-token": "write"})
}

// checkRequirements: pip asks for checksums only if it is told to, by --require-hashes
// or a first --hash.
func checkRequirements(name string, text []byte, report reporter) error {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i, line := range lines {
		switch hash := "    --hash=sha256:"; {
		case strings.HasPrefix(line, hash):
		case !pinnedWheel.MatchString(line):
			report("%s: %q should be name==version, with its checksums below it and no address: write the file anew, as CONTRIBUTING.md says", name, line)
		case i+1 == len(lines) || !strings.HasPrefix(lines[i+1], hash):
			report("%s: %s has no checksum", name, strings.TrimSuffix(line, ` \`))
		}
	}
	return nil
}

// checkPackage: nothing of ours runs when npm installs, and what it installs has
// one version.
func checkPackage(name string, text []byte, report reporter) error {
	var p struct {
		Scripts map[string]string

		Dependencies, OptionalDependencies, DevDependencies map[string]string
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	if len(p.Scripts) > 0 {
		report("%s: has scripts, which npm runs", name)
	}
	for _, needs := range []map[string]string{p.Dependencies, p.OptionalDependencies, p.DevDependencies} {
		for n, version := range needs {
			if strings.Trim(version, "0123456789.") != "" {
				report("%s: %s %s should be one version", name, n, version)
			}
		}
	}
	return nil
}

// checkLock: each package has its checksum, comes from the registry that the
// machine is set up with, and has nothing to run when it is installed.
func checkLock(name string, text []byte, report reporter) error {
	var lock struct {
		Packages map[string]struct {
			Integrity, Resolved string
			HasInstallScript    bool
		}
	}
	if err := json.Unmarshal(text, &lock); err != nil {
		return err
	}
	delete(lock.Packages, "") // the folder itself
	if len(lock.Packages) == 0 {
		report("%s: locks nothing", name)
	}
	for n, p := range lock.Packages {
		if !strings.HasPrefix(p.Integrity, "sha512-") {
			report("%s: %s has no sha512 checksum", name, n)
		}
		if p.Resolved != "" {
			report("%s: %s has the address %s, which one machine can reach: use --omit-lockfile-registry-resolved", name, n, p.Resolved)
		}
		if p.HasInstallScript {
			report("%s: %s wants to run a script when it is installed", name, n)
		}
	}
	return nil
}

// checkModules: both modules are built by the same Go, with the fixes of its newest
// patch, and from the sources that go.sum has the checksums of.
func checkModules(files fs.FS, report reporter) error {
	var lines []string
	for _, name := range []string{"go.mod", "infra/tools/go.mod"} {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		line := toolchain.FindString(string(text))
		if line == "" {
			report("%s: has no line such as toolchain go1.26.11", name)
		}
		lines = append(lines, line)
		if replaced.Match(text) {
			report("%s: replaces a module, which go.sum has no checksum of when it is a folder", name)
		}
		if _, err := fs.Stat(files, path.Join(path.Dir(name), "go.sum")); errors.Is(err, fs.ErrNotExist) {
			report("%s: has no go.sum beside it", name)
		}
	}
	if lines[0] != lines[1] {
		report("go.mod has %q and infra/tools/go.mod %q: both should be the newest patch", lines[0], lines[1])
	}
	return nil
}
