package check

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"

	"github.com/payhooks/payhooks/infra/local/template"
)

// checkFunctions: how each function is built, run and fed.
func checkFunctions(root *stack, report reporter) {
	for f := range root.each(function) {
		checkBuild(f, report)
		if runtime := text(f.in.setting(f.id, "Runtime")); runtime != "provided.al2023" {
			report("%s: Runtime must be provided.al2023", f)
		}
		events := object(f.props()["Events"])
		for _, e := range sorted(events) {
			if text(at(events[e], "Type")) == "SQS" {
				checkPoller(f, e, object(at(events[e], "Properties")), report)
			}
		}
	}
}

// checkBuild: the Makefile builds every function, which it finds by the
// function's logical id, for the processor that the parameter names.
func checkBuild(f place, report reporter) {
	if how := object(at(f.in.resources[f.id], "Metadata")); !maps.Equal(how, built) {
		report("%s: needs Metadata: {BuildMethod: makefile, ContextPath: ., WorkingDirectory: .}, else SAM cannot build it", f)
	}
	if dir := text(f.props()["CodeUri"]); dir != "functions/"+template.Folder(f.id) {
		report("%s: CodeUri is %s; a function is named for its folder, here functions/%s", f, dir, template.Folder(f.id))
	}
	if arch := list(f.in.setting(f.id, "Architectures")); len(arch) != 1 || text(object(arch[0])["Ref"]) != "Architecture" {
		report("%s: Architectures must be [!Ref Architecture]", f)
	}
}

var built = map[string]any{"BuildMethod": "makefile", "ContextPath": ".", "WorkingDirectory": "."}

// checkPoller: a queue feeds no more at once than the action takes, returns
// only what failed, and hides a message for longer than the function may run.
func checkPoller(f place, event string, props map[string]any, report reporter) {
	if at(props, "ScalingConfig", "MaximumConcurrency") == nil {
		report("%s: event %s needs ScalingConfig.MaximumConcurrency", f, event)
	}
	if !slices.Contains(list(props["FunctionResponseTypes"]), any("ReportBatchItemFailures")) {
		report("%s: event %s needs FunctionResponseTypes: [ReportBatchItemFailures], else one bad message returns the whole batch", f, event)
	}
	q, ok := f.in.owner(props["Queue"])
	if !ok || q.in.kind(q.id) != queue {
		report("%s: event %s reads no queue of this stack", f, event)
		return
	}
	timeout, visibility := seconds(f.in.text(f.in.setting(f.id, "Timeout")), 3), seconds(q.in.text(q.props()["VisibilityTimeout"]), 30)
	if visibility < 6*timeout {
		report("%s: visibility of %d s must be at least 6 times the %d s that %s may run", q, visibility, timeout, f.id)
	}
}

func seconds(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	return otherwise
}

// checkLogs: log groups have a retention, and every function writes JSON to one.
func checkLogs(root *stack, report reporter) {
	for l := range root.each(logGroup) {
		if l.props()["RetentionInDays"] == nil {
			report("%s: needs RetentionInDays", l)
		}
	}
	for f := range root.each(function) {
		config := object(f.props()["LoggingConfig"])
		if l, ok := f.in.owner(config["LogGroup"]); !ok || l.in.kind(l.id) != logGroup {
			report("%s: LoggingConfig.LogGroup must be a log group of this stack", f)
		}
		if text(config["LogFormat"]) != "JSON" && text(at(f.in.setting(f.id, "LoggingConfig"), "LogFormat")) != "JSON" &&
			text(at(f.in.globals, "Function", "LoggingConfig", "LogFormat")) != "JSON" {
			report("%s: LoggingConfig.LogFormat must be JSON, the alarms count JSON lines", f)
		}
	}
}

// checkFolders: every folder in functions/ has its block and every block its
// folder.
func checkFolders(files fs.FS, root *stack, report reporter) error {
	blocks := map[string]bool{}
	for f := range root.each(function) {
		dir := text(f.props()["CodeUri"])
		blocks[dir] = true
		if _, err := fs.Stat(files, dir+"/main.go"); err != nil {
			report("%s: CodeUri is %s, which has no main.go; write it, or remove the block (payhooks remove %s)", f, dir, path.Base(dir))
		}
	}
	code, err := fs.Glob(files, "functions/*/*.go")
	if err != nil {
		return errors.Join(errors.New("list functions"), err)
	}
	for _, name := range code {
		if dir := path.Dir(name); !blocks[dir] {
			blocks[dir] = true // say it once
			report("%s has no block in %s with CodeUri: %s; README.md shows one, payhooks new writes one, or remove the folder", dir, root.file, dir)
		}
	}
	return nil
}
