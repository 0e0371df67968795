package check

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// shopArrows are the imports between packages of the shop. Any other one keeps an
// action from being taken out alone. internal/shop/mails is used by none, and what
// it asks of Stripe has no type of its own: lookup implements it without importing
// it, since its templates would be parsed wherever anything is read at Stripe.
var shopArrows = map[string][]string{
	"internal/shop/inventory": {"internal/shop/order"},                                                                               // a refund counts as the order counts it
	"internal/shop/notices":   {"internal/shop/fraud"},                                                                               // a notice is of a hold
	"internal/shop/lookup":    {"internal/shop/access", "internal/shop/billing", "internal/shop/inventory", "internal/shop/journal"}, // implements their ports
	"internal/shop/order":     {"internal/shop/billing"},                                                                             // what paid an invoice
	"internal/shop/mails":     {"internal/shop/billing"},
}

// knownInits are the files with an init that is not a seam's. The list may only
// shrink: both fill a table whose functions read it.
var knownInits = map[string][]string{
	"infra/local/template/intrinsics.go": {"init"},
	"infra/local/template/kinds.go":      {"init"},
}

func TestActionsOfTheShopCanBeTakenOutAlone(t *testing.T) {
	all := packages(t)
	var found []violation
	for _, name := range sorted(all) {
		if !under(name, "internal/shop") || name == "internal/shop/shopsim" { // runs all of them
			continue
		}
		for _, used := range all[name].uses() {
			if under(used, shop...) {
				found = append(found, violation{name, used, fmt.Sprintf("%s imports %s of the shop", name, used)})
			}
		}
	}
	known := map[string][]string{} // of the packages that are there
	for name, used := range shopArrows {
		if _, exists := all[name]; exists {
			known[name] = used
		}
	}
	onlyShrinks(t, known, found)
}

func TestLookupImportsOnlyPackagesWhosePortItImplements(t *testing.T) {
	for _, s := range sources(t) {
		if s.in.name() != "internal/shop/lookup" {
			continue
		}
		for name, path := range s.imported() {
			if used := strings.TrimPrefix(path, module); under(used, shop...) && !s.asserts(name) {
				t.Errorf("%s imports %s without var _ %s.PORT = Stripe{}", s.name, used, name)
			}
		}
	}
}

// asserts reports whether the file has a line var _ PACKAGE.NAME = Stripe{}.
func (s source) asserts(imported string) bool {
	for n := range ast.Preorder(s.file) {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Names) != 1 || v.Names[0].Name != "_" || len(v.Values) != 1 {
			continue
		}
		if port, ok := v.Type.(*ast.SelectorExpr); ok {
			if x, ok := port.X.(*ast.Ident); ok && x.Name == imported {
				return true
			}
		}
	}
	return false
}

func TestOnlySeamsHaveAnInit(t *testing.T) {
	var found []violation
	for _, s := range sources(t) {
		inits := s.inits()
		if !slices.Contains(seams, s.name) {
			for _, f := range inits {
				found = append(found, s.violation(f, "init", "only a seam has one"))
			}
			continue
		}
		if s.in.Name != "main" || len(inits) != 1 || !appends(inits[0]) {
			t.Errorf("%s is a seam: it needs one init, which appends to a list in its main and does nothing else", s.name)
		}
	}
	onlyShrinks(t, knownInits, found)
}

func (s source) inits() (all []*ast.FuncDecl) {
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			all = append(all, f)
		}
	}
	return all
}

// appends reports whether the statements of a function are all of the form
// list = append(list, …).
func appends(f *ast.FuncDecl) bool {
	return len(f.Body.List) > 0 && !slices.ContainsFunc(f.Body.List, func(st ast.Stmt) bool {
		assign, ok := st.(*ast.AssignStmt)
		if !ok || len(assign.Lhs) != 1 || len(assign.Rhs) != 1 {
			return true
		}
		list, named := assign.Lhs[0].(*ast.Ident)
		call, called := assign.Rhs[0].(*ast.CallExpr)
		if !named || !called || len(call.Args) < 2 {
			return true
		}
		name, isName := call.Fun.(*ast.Ident)
		first, isFirst := call.Args[0].(*ast.Ident)
		return !isName || name.Name != "append" || !isFirst || first.Name != list.Name
	})
}

func TestImportsOfASeamAreNoArrows(t *testing.T) {
	order := module + "internal/shop/order"
	files := fstest.MapFS{
		"functions/reconcile/main.go": {Data: []byte("package main\n\nimport _ \"fmt\"\n")},
		"functions/reconcile/shop.go": {Data: []byte("package main\n\nimport _ \"" + order + "\"\n")},
	}
	all := map[string]listed{
		"functions/reconcile":  {ImportPath: module + "functions/reconcile", GoFiles: []string{"main.go", "shop.go"}, Imports: []string{"fmt", order}},
		"internal/shop/order":  {ImportPath: order},
		"internal/shop/lookup": {ImportPath: module + "internal/shop/lookup", Imports: []string{order}},
	}
	if got, err := arrows(files, all); err != nil || len(got) != 0 {
		t.Errorf("arrows %v, %v, expected none", got, err)
	}
	files["functions/reconcile/main.go"] = files["functions/reconcile/shop.go"]
	if got, err := arrows(files, all); err != nil || len(got) != 1 {
		t.Errorf("arrows %v, %v, expected the one of main.go", got, err)
	}
}

func TestInitOfASeamOnlyAppends(t *testing.T) {
	for body, want := range map[string]bool{
		"list = append(list, f)": true, "a = append(a, f); b = append(b, g)": true,
		"": false, "list = append(other, f)": false, "register(f)": false, "list = append(list, f); start()": false,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "shop.go", "package main\nfunc init() { "+body+" }", parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := appends((source{file: file}).inits()[0]); got != want {
			t.Errorf("%q appends only: %v", body, got)
		}
	}
}
