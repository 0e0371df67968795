package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sampleVersions are the files that contain the API version of samples that they
// make. The list may only shrink.
var sampleVersions = map[string][]string{
	"internal/porttest/porttest.go": {"2023-10-16"},
	"internal/porttest/store.go":    {"2026-08-26.dahlia"},
}

var (
	clocks  = []string{"time.Now", "time.Until", "time.Since"}
	exits   = []string{"os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln"}
	version = regexp.MustCompile(`^20(1[1-9]|[2-9]\d)-\d\d-\d\d(\.[a-z]+)?$`) // Stripe has had them since 2011
)

// stsVersion is that of STS's API, the only one of AWS's that is as young.
const stsVersion = "2011-06-15"

func TestOnlyStartReadsTheWallClock(t *testing.T) {
	var found []violation
	for _, s := range sources(t) {
		if !under(s.in.name(), "internal", "functions") || under(s.in.name(), "internal/start") {
			continue
		}
		found = append(found, s.selected(clocks, "only internal/start reads the wall clock")...)
	}
	onlyShrinks(t, nil, found)
}

func TestOnlyStartAndMainsOfInfraEndTheProcess(t *testing.T) {
	var found []violation
	for _, s := range sources(t) {
		mainOfInfra := s.in.Name == "main" && under(s.in.name(), "infra")
		if !mainOfInfra && !under(s.in.name(), "internal/start") {
			found = append(found, s.selected(exits, "only internal/start and a main of infra end the process")...)
		}
	}
	onlyShrinks(t, nil, found)
}

func TestOnlyFactsContainsVersionsOfStripe(t *testing.T) {
	var found []violation
	for _, s := range sources(t) {
		if under(s.in.name(), "internal", "functions") && s.name != "internal/facts/versions.go" {
			found = append(found, s.versions()...)
		}
	}
	onlyShrinks(t, sampleVersions, found)
}

func TestForbiddenUsesAreFoundUnderAnyName(t *testing.T) {
	const text = `package p
import ("log"; wall "time")
var now, day = wall.Now, "2026-08-26.dahlia"
func f() { log.Fatalf("%v %s", wall.Since(now()), "on 2026-08-26") }`
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "p.go", text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	s := source{name: "p.go", file: file, set: set}
	var found []string
	for _, v := range slices.Concat(s.selected(clocks, "rule"), s.selected(exits, "rule"), s.versions()) {
		place, _, _ := strings.Cut(v.message, ": ")
		found = append(found, place)
	}
	if want := []string{"p.go:3 uses time.Now", "p.go:4 uses time.Since", "p.go:4 uses log.Fatalf", "p.go:3 uses 2026-08-26.dahlia"}; !slices.Equal(found, want) {
		t.Errorf("found %q, expected %q", found, want)
	}
}

// source is a parsed Go file that is not a test.
type source struct {
	in   listed
	name string
	file *ast.File
	set  *token.FileSet
}

// sources parses the Go files of this module without its tests.
func sources(t *testing.T) []source {
	t.Helper()
	all := packages(t)
	var parsed []source
	for _, p := range sorted(all) {
		for _, name := range all[p].files() {
			if isTest(name) {
				continue
			}
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, filepath.Join(repository, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			parsed = append(parsed, source{all[p], name, file, set})
		}
	}
	return parsed
}

func (s source) violation(n ast.Node, what, rule string) violation {
	return violation{s.name, what, fmt.Sprintf("%s:%d uses %s: %s", s.name, s.set.Position(n.Pos()).Line, what, rule)}
}

// selected finds the uses of some functions of imported packages, whether they
// are called or passed on.
func (s source) selected(functions []string, rule string) []violation {
	imported := s.imported()
	var found []violation
	for n := range ast.Preorder(s.file) {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			continue
		}
		if x, ok := sel.X.(*ast.Ident); ok {
			if what := imported[x.Name] + "." + sel.Sel.Name; slices.Contains(functions, what) {
				found = append(found, s.violation(n, what, rule))
			}
		}
	}
	return found
}

// imported maps the names that the file gives its imports to their paths.
func (s source) imported() map[string]string {
	paths := map[string]string{}
	for _, i := range s.file.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue // does not parse either
		}
		name := path.Base(p)
		if i.Name != nil {
			name = i.Name.Name
		}
		paths[name] = p
	}
	return paths
}

// versions finds the literals that are an API version of Stripe.
func (s source) versions() []violation {
	var found []violation
	for n := range ast.Preorder(s.file) {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			continue
		}
		if text, err := strconv.Unquote(lit.Value); err == nil && version.MatchString(text) && text != stsVersion {
			found = append(found, s.violation(n, text, "only internal/facts/versions.go contains an API version of Stripe"))
		}
	}
	return found
}
