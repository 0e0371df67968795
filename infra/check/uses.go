package check

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// uses are the parameters of an action's delivery that give its function a right, each with
// what needs the right: a package, or a call.
var uses = []struct{ parameter, need string }{
	{"MailFrom", "internal/mail"},
	{"Topic", "internal/notice"},
	{"Texts", "internal/sms"},
	{"Secret", "internal/secret"},
	{"Related", related},
}

// related stands for a call of one of neighbours.
const related = "Related or RelatedTo"

var neighbours = strings.Split(related, " or ")

// checkUses: an action is given what its code needs, and nothing that it does not.
func checkUses(ctx context.Context, dir string) (problems []string, err error) {
	root, err := load(os.DirFS(dir), "template.yaml")
	if err != nil {
		return nil, err
	}
	code, err := readCode(ctx, dir)
	if err != nil {
		return nil, err
	}
	code.check(root, func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) })
	return problems, nil
}

// code is the packages of a folder, and those that call one of neighbours.
type code struct {
	dir   string
	all   map[string]listed
	calls map[string]bool
}

func readCode(ctx context.Context, dir string) (code, error) {
	all, err := listPackages(ctx, dir, "./functions/...", "./internal/...")
	c := code{dir, all, map[string]bool{}}
	if err != nil {
		return c, err
	}
	for name, p := range all {
		if !slices.Contains(p.uses(), "internal/action") {
			continue
		}
		for _, f := range p.GoFiles {
			c.calls[name] = relates(filepath.Join(dir, name, f), c.calls[name])
		}
	}
	return c, nil
}

// relates reports whether a file calls one of neighbours, or another of its package did.
func relates(file string, already bool) bool {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return already // the compiler says it better
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			method, ok := call.Fun.(*ast.SelectorExpr)
			already = already || ok && slices.Contains(neighbours, method.Sel.Name)
		}
		return true
	})
	return already
}

func (c code) check(root *stack, report reporter) {
	for f := range root.each(function) {
		r, ok := f.in.owner(f.props()["Role"])
		if !ok || r.in.params["Action"] == nil {
			continue
		}
		folder := text(f.props()["CodeUri"])
		needs := map[string]bool{}
		c.visit(folder, needs)
		for _, u := range uses {
			switch given := r.in.given(u.parameter); {
			case given && !needs[u.need]:
				report("%s: %s is given %s, but %s does not use %s; remove the parameter", f.in.file, r.in.name, u.parameter, folder, u.need)
			case !given && needs[u.need]:
				report("%s: %s uses %s; give %s the parameter %s", f.in.file, folder, u.need, r.in.name, u.parameter)
			}
		}
		c.checkState(folder, r.in, report)
	}
}

// checkState: an action is given the tables that its code changes.
func (c code) checkState(folder string, d *stack, report reporter) {
	r := reach{dir: c.dir, all: c.all, parsed: map[string]map[string][]declared{}, seen: map[string]bool{}, tables: map[string]bool{}}
	r.follow(folder, "")
	arns := d.spread(map[string]any{"Ref": "Tables"})
	for _, table := range sorted(r.tables) {
		arn := "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${AWS::StackName}-" + table
		if !slices.Contains(arns, arn) && !slices.Contains(arns, unreadable) {
			report("%s: %s changes the table %s; give %s the parameter Tables: !Sub '%s'", d.parent.file, folder, table, d.name, arn)
		}
	}
	if r.transact && !d.given("RawTables") {
		report("%s: %s calls action.Transact; give %s the parameter RawTables with the ARNs of its tables", d.parent.file, folder, d.name)
	}
}

// visit notes a package and all that it imports, and related if one of them needs that.
func (c code) visit(name string, seen map[string]bool) {
	if seen[name] {
		return
	}
	seen[name] = true
	if c.calls[name] {
		seen[related] = true
	}
	for _, used := range c.all[name].uses() {
		c.visit(used, seen)
	}
}

// given reports whether the parent gives the parameter another value than its default.
func (s *stack) given(parameter string) bool {
	arg, is := s.args[parameter]
	return is && !reflect.DeepEqual(arg, object(s.params[parameter])["Default"])
}
