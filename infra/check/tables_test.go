package check

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const churnFolder = "functions/notify-churn"

// stateProblems checks notify-churn with this code in the package that its main calls,
// and what is given to its delivery.
func stateProblems(t *testing.T, body, given string) string {
	t.Helper()
	dir := t.TempDir()
	all := map[string]listed{}
	for pkg, text := range map[string]string{
		churnFolder:       `package main; import "` + module + `internal/shop/x"; func main() { x.Start() }`,
		"internal/shop/x": `package x; import . "fmt"; import "` + module + `internal/action"; import "` + module + `internal/shop/y"; const Table = "churn"; ` + body,
		"internal/shop/y": `package y; import "` + module + `internal/action"; const Table = "other"; func Change(e any) error { return action.Update(e, Table, "", "", nil) }; func Read() {}`,
	} {
		if err := os.MkdirAll(filepath.Join(dir, pkg), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, pkg, "a.go"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		all[pkg] = listed{ImportPath: module + pkg, GoFiles: []string{"a.go"}, Imports: []string{module + harness}}
	}
	files := withActions(t)
	const parameter = "        Tables: !Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${AWS::StackName}-churn'\n"
	apply(t, files, "template.yaml", edit{parameter, given})
	root, err := load(files, "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	code{dir: dir, all: all}.checkState(churnFolder, root.nested["NotifyChurnDelivery"], func(format string, args ...any) { fmt.Fprintf(&got, format+"\n", args...) })
	return got.String()
}

func TestTableThatTheCodeChangesIsGiven(t *testing.T) {
	const give = "functions/notify-churn changes the table %s; give NotifyChurnDelivery the parameter Tables: !Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${AWS::StackName}-%[1]s'"
	table := func(name string) string {
		return "        Tables: !Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${AWS::StackName}-" + name + "'\n"
	}
	for name, c := range map[string]struct{ body, given, want string }{
		"a constant":           {`func Start() { action.Update(nil, Table, "", "", nil) }`, "", fmt.Sprintf(give, "churn")},
		"a literal":            {`func Start() { action.Update[int, int](nil, "rows", "", "", nil) }`, "", fmt.Sprintf(give, "rows")},
		"through a method":     {`type T int; func Start() { T(1).run() }; func (t *T) run() { action.Update(nil, Table, "", "", nil) }`, "", fmt.Sprintf(give, "churn")},
		"in another package":   {`func Start() { y.Change(1) }`, "", fmt.Sprintf(give, "other")},
		"another's name":       {`func Start() { action.Update(nil, y.Table, "", "", nil) }`, table("churn"), fmt.Sprintf(give, "other")},
		"raw items":            {`func Start() { action.Transact(nil, nil) }`, "", "calls action.Transact; give NotifyChurnDelivery the parameter RawTables"},
		"one that is given":    {`func Start() { action.Update(nil, Table, "", "", nil) }`, table("churn"), ""},
		"code that is not run": {`func Start() { y.Read() }; func other() { action.Update(nil, Table, "", "", nil) }`, "", ""},
		"a name made of parts": {`func Start() { action.Update(nil, Sprint(1), "", "", nil) }`, "", ""},
	} {
		if got := stateProblems(t, c.body, c.given); !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: want a sentence with %q, got:\n%s", name, c.want, got)
		}
	}
}
