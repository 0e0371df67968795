package main

import (
	"cmp"
	"encoding/json"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
)

// build is what the binary was built from.
type build struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Time    string `json:"time,omitempty"` // of the commit
	Dirty   bool   `json:"dirty"`          // built with changes that are not committed
	Go      string `json:"go"`
}

// builtFrom reads it from the binary. One that was built outside a checkout has no commit.
func builtFrom(info *debug.BuildInfo) build {
	b := build{Version: info.Main.Version, Go: info.GoVersion}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Dirty = s.Value == "true"
		}
	}
	return b
}

func (b build) String() string {
	words := []string{"payhooks " + cmp.Or(b.Version, "(devel)")}
	if b.Commit != "" {
		words = append(words, "commit "+b.Commit)
	}
	if b.Time != "" {
		words = append(words, "of "+b.Time)
	}
	if b.Dirty {
		words = append(words, "with changes that are not committed")
	}
	return strings.Join(words, ", ") + ", " + b.Go
}

// addVersion adds --version to the root command, also with --json.
func addVersion(root *cobra.Command) {
	registerVersion()
	root.Version = thisBuild().String()
	root.SetVersionTemplate("{{payhooksVersion .}}\n")
	root.Flags().Bool("version", false, "print the version, the commit and Go's version")
}

// registerVersion makes what --version prints known to cobra's templates, which all
// commands of the process share.
var registerVersion = sync.OnceFunc(func() {
	cobra.AddTemplateFunc("payhooksVersion", func(cmd *cobra.Command) (string, error) {
		if !cli.WantsJSON(cmd) {
			return cmd.Version, nil
		}
		text, err := json.Marshal(thisBuild())
		return string(text), err
	})
})

func thisBuild() build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{GoVersion: runtime.Version()}
	}
	return builtFrom(info)
}
