package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// goarch maps Lambda's architectures to Go's.
var goarch = map[string]string{"arm64": "arm64", "x86_64": "amd64"}

// architecture is the value of the template's parameter Architecture. SAM does
// not pass it to a Makefile, so it is what `sam build --parameter-overrides` was given,
// else what samconfig.toml says, else the parameter's default.
func architecture(template, config string, commands []string) (string, error) {
	arch, err := defaultArchitecture(template)
	if err != nil {
		return "", err
	}
	saved, err := os.ReadFile(config) //nolint:gosec // of this repository
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	for _, text := range append([]string{uncommented(string(saved))}, commands...) {
		for i, found := range override.FindAllStringSubmatch(text, -1) {
			if i > 0 && found[1] != arch {
				return "", fmt.Errorf("%s names two values of Architecture; say which: sam build --parameter-overrides Architecture=%s", config, found[1])
			}
			arch = found[1]
		}
	}
	if goarch[arch] == "" {
		return "", fmt.Errorf("the parameter Architecture is %q and may be arm64 or x86_64", arch)
	}
	return arch, nil
}

// override matches both forms of a parameter on a command line.
var override = regexp.MustCompile(`\bArchitecture(?:=|,ParameterValue=)\\?["']?([A-Za-z0-9_]+)`)

func uncommented(toml string) (text string) {
	for line := range strings.Lines(toml) {
		if !strings.HasPrefix(strings.TrimSpace(line), "#") {
			text += line
		}
	}
	return text
}

func defaultArchitecture(template string) (string, error) {
	data, err := os.ReadFile(template) //nolint:gosec // of this repository
	if err != nil {
		return "", err
	}
	var doc struct {
		Parameters struct {
			Architecture struct {
				Default string `yaml:"Default"`
			} `yaml:"Architecture"`
		} `yaml:"Parameters"`
	}
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return "", fmt.Errorf("%s: %w", template, err)
	}
	return doc.Parameters.Architecture.Default, nil
}

// callers lists the command lines of the processes that this one was started by,
// the nearest last: among them is that of sam.
func callers() (commands []string) {
	for pid := os.Getppid(); pid > 1; {
		parent, command, err := process(pid)
		if err != nil {
			break
		}
		commands = append([]string{command}, commands...)
		pid = parent
	}
	return commands
}

// process is a process's parent and command line.
func process(pid int) (parent int, command string, err error) {
	if stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)); err == nil {
		line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if err != nil || len(fields) < 2 {
			return 0, "", errors.Join(errors.New("the process ended"), err)
		}
		parent, err := strconv.Atoi(fields[1])
		return parent, strings.ReplaceAll(string(line), "\x00", " "), err
	}
	out, err := exec.CommandContext(context.Background(), "ps", "-o", "ppid=,args=", "-p", strconv.Itoa(pid)).Output() //nolint:gosec // a number
	if err != nil {
		return 0, "", err
	}
	first, rest, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	parent, err = strconv.Atoi(first)
	return parent, rest, err
}
