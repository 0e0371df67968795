package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/inventory"
)

var stockBody = parse("stock.html")

// stockAsked is the dialog that sets an item's supply: as it is, and what to say instead.
type stockAsked struct {
	inventory.Level
	New     bool // no row names the item yet
	Command string
}

// askStock shows what an item has now. Without one it asks for a new item.
func (s *Shop) askStock(r *console.Request) (console.View, error) {
	v := console.View{Title: "Set stock", Body: stockBody}
	q, err := r.Params("item", "account", "mode")
	if err != nil {
		return v, err
	}
	item := q.Get("item")
	if item == "" {
		v.Data = stockAsked{New: true, Command: r.Console().Command("stock set ITEM N --new --mode live")}
		return v, nil
	}
	d := stockAsked{Command: r.Console().Command(append([]string{"stock set", console.Quoted(item), "N"}, flags(q)...)...)}
	f := command.ItemFlags{ScopeFlags: cli.ScopeFlags{Account: q.Get("account"), Mode: q.Get("mode")}}
	if err := f.Check(); err != nil {
		return v, err
	}
	scope, err := command.ItemScope(r.Context(), r.Console().Target, item, f)
	if err != nil {
		return v, err
	}
	d.Level, err = level(r, scope, item)
	v.Data = d
	return v, err
}

// level is what an item has now.
func level(r *console.Request, scope event.Scope, item string) (inventory.Level, error) {
	all, err := command.ReadStock(r.Context(), r.Console().Target)
	if err != nil {
		return inventory.Level{}, err
	}
	for _, l := range all {
		if l.Item == item && l.Scope == scope {
			return l, nil
		}
	}
	return inventory.Level{Item: item, Scope: scope}, nil
}

// setStock sets a supply, if it is still the one that was shown.
func (s *Shop) setStock(r *console.Request) (string, error) {
	item, isNew := r.PostFormValue("item"), r.PostFormValue("new") != ""
	n, err := command.Supply(item, r.PostFormValue("n"))
	if err != nil {
		return "", err
	}
	f := command.ItemFlags{ScopeFlags: cli.ScopeFlags{Account: r.PostFormValue("account"), Mode: r.PostFormValue("mode")}, IsNew: isNew}
	if err := f.Check(); err != nil {
		return "", err
	}
	t := r.Console().Target
	scope, err := command.ItemScope(r.Context(), t, item, f)
	if err != nil {
		return "", err
	}
	now, err := level(r, scope, item)
	if err != nil {
		return "", err
	}
	if was := r.PostFormValue("was"); was != strconv.FormatInt(now.Supply, 10) && !isNew {
		return "", console.Refused(http.StatusConflict, fmt.Sprintf("The supply of %s is %d now; it was %s when you looked. Nothing was changed.", item, now.Supply, was), "Open the dialog again.")
	}
	if isNew && now != (inventory.Level{Item: item, Scope: scope}) {
		return "", console.Refused(http.StatusConflict, fmt.Sprintf("%s is there already, with a supply of %d. Nothing was changed.", item, now.Supply), "Set it in the list.")
	}
	if err := inventory.SetSupply(r.Context(), t.Tables, scope, item, n); err != nil {
		return "", err
	}
	s.stock.forget()
	return "/state/stock?" + url.Values{"mode": {scope.Mode()}}.Encode(), nil
}
