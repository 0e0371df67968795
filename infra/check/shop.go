package check

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// shop lists the folders of the sample business, without its functions: these are
// the ones that template.yaml has between its markers. All others are pipeline,
// simulation or command, which work without it.
var shop = []string{"internal/shop", "infra/shop"}

// seams are the files that add the shop to what works without it.
var seams = []string{"functions/reconcile/shop.go", "infra/payhooks/shop.go", "infra/mutants/shop.go"}

// The lines around the parts of a file that belong to the shop.
const (
	shopBegins = "# ---- Shop"
	shopEnds   = "# ---- End of shop"
)

// cutShop separates the lines of a file that belong to the shop from the rest.
// The markers are in neither.
func cutShop(file, text string) (rest, shop string, err error) {
	inside := false
	for line := range strings.Lines(text) {
		switch mark := strings.TrimSpace(line); {
		case mark == shopBegins || mark == shopEnds:
			if inside == (mark == shopBegins) {
				return "", "", fmt.Errorf("%s: %q does not follow its counterpart", file, mark)
			}
			inside = !inside
		case inside:
			shop += line
		default:
			rest += line
		}
	}
	if inside {
		return "", "", fmt.Errorf("%s: %q is missing at the end", file, shopEnds)
	}
	return rest, shop, nil
}

// ShopFolders lists all folders of the shop. A checkout without a template has none
// in functions/.
func ShopFolders(files fs.FS) ([]string, error) {
	template, err := fs.ReadFile(files, "template.yaml")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	_, parts, err := cutShop("template.yaml", string(template))
	all := slices.Clone(shop)
	for line := range strings.Lines(parts) {
		if folder, found := strings.CutPrefix(strings.TrimSpace(line), "CodeUri: "); found {
			all = append(all, folder)
		}
	}
	return all, err
}

// arrow is an import that leads from outside the shop into it.
type arrow struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// arrows lists the arrows into the shop by importer, without those of seams.
func arrows(files fs.FS, all map[string]listed) ([]arrow, error) {
	folders, err := ShopFolders(files)
	if err != nil {
		return nil, err
	}
	found := []arrow{}
	for _, name := range sorted(all) {
		if under(name, folders...) {
			continue
		}
		used, err := all[name].usesOutsideSeams(files)
		if err != nil {
			return nil, err
		}
		for _, u := range used {
			if under(u, folders...) {
				found = append(found, arrow{name, u})
			}
		}
	}
	return found, nil
}

// usesOutsideSeams is uses without the imports that only seams have.
func (p listed) usesOutsideSeams(files fs.FS) ([]string, error) {
	if !slices.ContainsFunc(seams, func(s string) bool { return path.Dir(s) == p.name() }) {
		return p.uses(), nil
	}
	var names []string
	for _, file := range p.GoFiles {
		file = path.Join(p.name(), file)
		if slices.Contains(seams, file) {
			continue
		}
		text, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, text, parser.ImportsOnly)
		if err != nil {
			return nil, err
		}
		for _, i := range parsed.Imports {
			if name, err := strconv.Unquote(i.Path.Value); err == nil {
				names = append(names, strings.TrimPrefix(name, module))
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
