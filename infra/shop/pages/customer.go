package pages

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/payhooks/payhooks/infra/console"
	"github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/shop/access"
)

// readCustomer reads what one customer may use now; nothing if no row says anything.
func readCustomer(r *console.Request, scope event.Scope, id string) ([]access.Row, error) {
	t := r.Console().Target
	row, err := t.Tables.Load(r.Context(), access.Table, scope.Key(access.Kind, id))
	if err != nil || row.Version == 0 {
		return nil, err
	}
	var c access.Customer
	if err := json.Unmarshal(row.Data, &c); err != nil {
		return nil, fmt.Errorf("read %s: row %s: %w", access.Table, row.Key, err)
	}
	grace, err := command.Grace(r.Context(), t)
	if err != nil {
		return nil, err
	}
	return c.Rows(time.Now(), grace), nil
}
