package main

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersionNamesCommitAndGo(t *testing.T) {
	r := run(t, "--version")
	if r.code != 0 || !strings.HasPrefix(r.out, "payhooks ") || !strings.HasSuffix(r.out, ", "+runtime.Version()+"\n") {
		t.Errorf("exit %d: %q %s", r.code, r.out, r.err)
	}
	if b := object[build](t, run(t, "--version", "--json").out); b.Go != runtime.Version() || b.Version == "" {
		t.Errorf("%+v", b)
	}
}

func TestVersionIsReadFromBuild(t *testing.T) {
	info := &debug.BuildInfo{GoVersion: "go1.26.1", Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.time", Value: "2026-11-22T12:00:00Z"}, {Key: "vcs.modified", Value: "true"},
	}}
	if got, want := builtFrom(info).String(), "payhooks v1.2.3, commit abc, of 2026-11-22T12:00:00Z, with changes that are not committed, go1.26.1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	info.Main.Version, info.Settings = "", []debug.BuildSetting{{Key: "vcs.modified", Value: "false"}}
	if got := builtFrom(info).String(); got != "payhooks (devel), go1.26.1" {
		t.Errorf("%q", got)
	}
}
