package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestArchitectureIsWhatSamWasGiven(t *testing.T) {
	const template = "Parameters:\n  Architecture: {Type: String, Default: arm64}\n"
	for _, c := range []struct {
		name, config, want, failure string
		commands                    []string
	}{
		{name: "the default", want: "arm64"},
		{name: "a command line", commands: []string{"sh", "python sam build --parameter-overrides Architecture=x86_64 Mail=off"}, want: "x86_64"},
		{name: "the long form", commands: []string{`sam build --parameter-overrides ParameterKey=Architecture,ParameterValue=x86_64`}, want: "x86_64"},
		{name: "samconfig.toml", config: "[default.deploy.parameters]\nparameter_overrides = \"Mail=\\\"off\\\" Architecture=\\\"x86_64\\\"\"\n", want: "x86_64"},
		{name: "a comment", config: "# parameter_overrides = \"Architecture=x86_64\"\n", want: "arm64"},
		{name: "the command line before samconfig.toml", config: `parameter_overrides = "Architecture=x86_64"`, commands: []string{"sam build --parameter-overrides Architecture=arm64"}, want: "arm64"},
		{name: "two values", config: "[test]\na = \"Architecture=arm64\"\n[live]\na = \"Architecture=x86_64\"\n", failure: "sam build --parameter-overrides Architecture="},
		{name: "an unknown value", commands: []string{"sam build --parameter-overrides Architecture=riscv"}, failure: `"riscv" and may be arm64 or x86_64`},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, "template.yaml", template)
			put(t, dir, "samconfig.toml", c.config)
			arch, err := architecture(filepath.Join(dir, "template.yaml"), filepath.Join(dir, "samconfig.toml"), c.commands)
			if c.failure != "" {
				if err == nil || !strings.Contains(err.Error(), c.failure) {
					t.Errorf("got %q, %v; want an error with %q", arch, err, c.failure)
				}
				return
			}
			if err != nil || arch != c.want {
				t.Errorf("got %q, %v", arch, err)
			}
		})
	}
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCallersAreFound(t *testing.T) {
	commands := callers()
	if len(commands) == 0 || !strings.Contains(commands[len(commands)-1], "go") {
		t.Errorf("a test is started by go, got %q", commands)
	}
}

func TestFunctionWithoutItsFolderIsNamed(t *testing.T) {
	t.Chdir(t.TempDir())
	// A binary that was built before the folder was renamed.
	if err := os.MkdirAll(filepath.Join(folder, "arm64"), 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(folder, "arm64"), "notify-churn", "old")
	err := build("NotifyChurn", ".")
	if err == nil || !strings.Contains(err.Error(), "no folder functions/notify-churn for the function NotifyChurn") {
		t.Errorf("got %v", err)
	}
}
