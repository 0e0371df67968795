package check

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/payhooks/payhooks/infra/checkout"
	"github.com/payhooks/payhooks/infra/scaffold"
)

// marked are the files with parts between the markers of the shop.
var marked = []string{"template.yaml", dataFile, "infra/local/parameters.yaml"}

// cutWhole removes the shop's folders, its parts of the templates, and the seams
// with their tests: files named shop_…_test.go beside a seam.
func cutWhole(ctx context.Context, dir string) error {
	return errors.Join(CutFiles(dir), checkout.Track(ctx, dir))
}

// Cut removes the shop from the checkout in dir, for a fork that has its own business.
// It refuses where that could not be taken back.
func Cut(ctx context.Context, dir string) error {
	changed, err := command(ctx, dir, "git", "status", "--porcelain").Output()
	if err != nil {
		return fmt.Errorf("git status: %w: cut the shop in a git checkout, where it can be taken back", err)
	}
	if len(changed) > 0 {
		return errors.New("there are changes that are not committed: commit them first, so that the cut can be taken back")
	}
	if _, err := os.Stat(filepath.Join(dir, shop[0])); errors.Is(err, os.ErrNotExist) {
		return errors.New("there is no " + shop[0] + ": the shop was cut before")
	}
	return CutFiles(dir)
}

// CutFiles removes the shop from a copy, which is in no repository yet.
func CutFiles(dir string) error {
	remove, err := ShopFolders(os.DirFS(dir))
	if err != nil {
		return err
	}
	for _, s := range seams {
		tests, err := filepath.Glob(filepath.Join(dir, path.Dir(s), "shop_*_test.go"))
		if err != nil {
			return err
		}
		remove = append(remove, s)
		for _, t := range tests {
			remove = append(remove, path.Join(path.Dir(s), filepath.Base(t)))
		}
	}
	if err := removeAll(dir, remove); err != nil {
		return err
	}
	for _, name := range marked {
		err := rewrite(filepath.Join(dir, name), func(text string) (string, error) {
			rest, _, err := cutShop(name, text)
			return rest, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// cutAction removes one action: its function, its two blocks in template.yaml with
// the parameters that only they use, and each package below internal/shop that only
// the function imports.
func cutAction(ctx context.Context, dir, action string) error {
	folder := "functions/" + action
	all, err := listPackages(ctx, dir)
	if err != nil {
		return err
	}
	if _, exists := all[folder]; !exists {
		return fmt.Errorf("no action %q: there is no folder %s", action, folder)
	}
	if err := removeAll(dir, append(onlyOf(all, folder), folder)); err != nil {
		return err
	}
	return errors.Join(cutParts(dir, action), checkout.Track(ctx, dir))
}

// cutParts removes the action's parts of the template, and its parameters.
func cutParts(dir, action string) error {
	var parameters []string
	err := rewrite(filepath.Join(dir, "template.yaml"), func(text string) (rest string, err error) {
		rest, parameters, err = scaffold.CutBlocks(text, action)
		return rest, err
	})
	if err != nil {
		return err
	}
	return rewrite(filepath.Join(dir, "infra/local/parameters.yaml"), func(text string) (string, error) {
		return scaffold.CutLines(text, parameters), nil
	})
}

// onlyOf lists the packages below internal/shop that only this folder imports.
func onlyOf(all map[string]listed, folder string) (names []string) {
	for _, used := range all[folder].uses() {
		besides := false
		for name, p := range all {
			besides = besides || name != folder && slices.Contains(p.uses(), used)
		}
		if under(used, "internal/shop") && !besides {
			names = append(names, used)
		}
	}
	return names
}

func removeAll(dir string, names []string) error {
	for _, name := range names {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil { //nolint:gosec // of the copy
			return err
		}
	}
	return nil
}

func rewrite(file string, change func(string) (string, error)) error {
	text, err := os.ReadFile(file) //nolint:gosec // of the copy
	if err != nil {
		return err
	}
	changed, err := change(string(text))
	if err != nil {
		return err
	}
	return os.WriteFile(file, []byte(changed), 0o600)
}
