package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// reach follows an action's code from its main, by name: what a declaration that is
// reached names is reached, and a type with all its methods. It sees calls of
// action.Update and action.Transact, and the tables whose names are literals or constants.
type reach struct {
	dir      string
	all      map[string]listed
	parsed   map[string]map[string][]declared // by package, then by name
	seen     map[string]bool
	tables   map[string]bool
	transact bool
}

// declared is a declaration with the imports of its file, by the name that they have there.
type declared struct {
	node    ast.Node
	imports map[string]string
}

const harness = "internal/action"

// follow visits a name of a package; the empty name is all of it.
func (r *reach) follow(pkg, name string) {
	if r.seen[pkg+"."+name] {
		return
	}
	r.seen[pkg+"."+name] = true
	decls := r.declarations(pkg)
	names := []string{name}
	if name == "" {
		names = slices.Sorted(maps.Keys(decls))
	}
	for _, n := range names {
		for _, d := range decls[n] {
			r.visit(pkg, d)
		}
	}
}

// visit notes the calls in a declaration and follows the names in it.
func (r *reach) visit(pkg string, d declared) {
	ast.Inspect(d.node, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			r.call(pkg, n, d.imports)
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && r.ours(d.imports[x.Name]) {
				r.follow(d.imports[x.Name], n.Sel.Name)
			}
		case *ast.Ident:
			r.follow(pkg, n.Name)
		}
		return true
	})
}

// ours reports whether a package of this module is the team's or the shop's: state is
// changed there, and never in the harness itself.
func (r *reach) ours(pkg string) bool {
	_, is := r.all[pkg]
	return is && pkg != harness && slices.Contains(r.all[pkg].uses(), harness)
}

func (r *reach) call(pkg string, c *ast.CallExpr, imports map[string]string) {
	fun := c.Fun
	switch generic := fun.(type) {
	case *ast.IndexExpr:
		fun = generic.X
	case *ast.IndexListExpr:
		fun = generic.X
	}
	method, ok := fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	x, ok := method.X.(*ast.Ident)
	if !ok || imports[x.Name] != harness {
		return
	}
	switch {
	case method.Sel.Name == "Transact":
		r.transact = true
	case method.Sel.Name == "Update" && len(c.Args) > 1:
		if table := r.constant(pkg, c.Args[1], imports); table != "" {
			r.tables[table] = true
		}
	}
}

// constant is the text of a literal, or of a constant of this module; empty for others.
func (r *reach) constant(pkg string, e ast.Expr, imports map[string]string) string {
	name := ""
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value) // empty for what is no text
		return text
	case *ast.Ident:
		name = e.Name
	case *ast.SelectorExpr:
		if x, ok := e.X.(*ast.Ident); ok {
			pkg, name = imports[x.Name], e.Sel.Name
		}
	}
	for _, d := range r.declarations(pkg)[name] {
		v, ok := d.node.(*ast.ValueSpec)
		for i := 0; ok && i < len(v.Names) && i < len(v.Values); i++ {
			if v.Names[i].Name == name {
				return r.constant(pkg, v.Values[i], d.imports)
			}
		}
	}
	return ""
}

// declarations of a package, by name. A method is under the name of its type.
func (r *reach) declarations(pkg string) map[string][]declared {
	if found, ok := r.parsed[pkg]; ok {
		return found
	}
	found := map[string][]declared{}
	r.parsed[pkg] = found
	for _, name := range r.all[pkg].GoFiles {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(r.dir, pkg, name), nil, parser.SkipObjectResolution)
		if err != nil {
			continue // the compiler says it better
		}
		imports := importsOf(f)
		for _, d := range f.Decls {
			for name, node := range declares(d) {
				found[name] = append(found[name], declared{node, imports})
			}
		}
	}
	return found
}

func importsOf(f *ast.File) map[string]string {
	all := map[string]string{}
	for _, i := range f.Imports {
		full, _ := strconv.Unquote(i.Path.Value)
		local := path.Base(full)
		if i.Name != nil {
			local = i.Name.Name
		}
		if name, ours := strings.CutPrefix(full, module); ours {
			all[local] = name
		}
	}
	return all
}

// declares lists what a declaration declares.
func declares(d ast.Decl) map[string]ast.Node {
	all := map[string]ast.Node{}
	switch d := d.(type) {
	case *ast.FuncDecl:
		all[receiver(d)] = d
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				all[s.Name.Name] = s
			case *ast.ValueSpec:
				for _, n := range s.Names {
					all[n.Name] = s
				}
			}
		}
	}
	return all
}

// receiver is the type that a method belongs to, or the name of a function.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 {
		return f.Name.Name
	}
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return f.Name.Name
		}
	}
}
