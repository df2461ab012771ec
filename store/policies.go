package store

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// defaultPolicies hold until the Responsabile decides otherwise: the first page profile, and the hour on the label (R2.2). Version 0.
func defaultPolicies(aoo protocollo.AOOCode) station.Policies {
	return station.Policies{AOO: aoo, PageProfile: "predefinito", Label: station.LabelSwitches{Time: true}}
}

// Policies returns the current version for an AOO; the default ones, version 0, when none was saved.
func (db *DB) Policies(ctx context.Context, aoo protocollo.AOOCode) (station.Policies, error) {
	p, err := currentPolicies(ctx, db.read, aoo)
	if err != nil {
		return p, fmt.Errorf("read the policies: %w", err)
	}
	return p, nil
}

func currentPolicies(ctx context.Context, q querier, aoo protocollo.AOOCode) (station.Policies, error) {
	p, err := one(ctx, q, "policies", scanPolicies, policyVersions+` DESC LIMIT 1`, string(aoo))
	if errors.Is(err, protocollo.NotFound) {
		return defaultPolicies(aoo), nil
	}
	return p, err
}

const policyVersions = `SELECT aoo, at, version, by_user, content FROM policies WHERE aoo = ? ORDER BY version`

func scanPolicies(r scannable) (station.Policies, error) {
	var p station.Policies
	var at, version int64
	var aoo, by, content string
	if err := r.Scan(&aoo, &at, &version, &by, &content); err != nil {
		return p, err
	}
	if err := decode(content, &p); err != nil {
		return p, err
	}
	p.AOO, p.Version, p.SetAt, p.SetBy = protocollo.AOOCode(aoo), version, instant(at), by
	return p, nil
}

// PolicyVersions lists every version that was saved, oldest first.
func (db *DB) PolicyVersions(ctx context.Context, aoo protocollo.AOOCode) ([]station.Policies, error) {
	list, err := collect(ctx, db.read, scanPolicies, policyVersions, string(aoo))
	if err != nil {
		return nil, fmt.Errorf("list the versions of the policies: %w", err)
	}
	return list, nil
}

// SavePolicies adds a version. Conflict "policies" when p.Version is not the current one; NotFound for another AOO than the actor's.
func (db *DB) SavePolicies(ctx context.Context, a protocollo.Actor, p station.Policies) (station.Policies, error) {
	var saved station.Policies
	err := db.transact(ctx, "save the policies", func(w *wtx) error {
		if p.AOO == "" {
			p.AOO = a.AOO
		}
		if p.AOO != a.AOO {
			return protocollo.Errorf(protocollo.NotFound, "aoo", "no such AOO: %q", p.AOO)
		}
		before, err := currentPolicies(w.ctx, w, p.AOO)
		if err != nil {
			return err
		}
		if before.Version != p.Version {
			return protocollo.Errorf(protocollo.Conflict, "policies", "version %d is not the current one, %d", p.Version, before.Version)
		}
		saved = p
		saved.Version, saved.SetAt, saved.SetBy = p.Version+1, w.now, a.User
		content, err := encode(saved)
		if err != nil {
			return err
		}
		_, err = w.insert("policies", row{"aoo": string(p.AOO), "version": saved.Version, "by_user": a.User, "content": content})
		if err != nil {
			return err
		}
		return w.report(KindPolicies, a.User, p.AOO, 0, map[string]any{"version": saved.Version, "before": before, "after": saved})
	})
	return saved, err
}
