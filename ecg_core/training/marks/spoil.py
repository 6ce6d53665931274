"""What happens to a sheet before it reaches a reader: turned, bent, lit, photographed, packed."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.training.marks.sheets import Drawn


def field(r: np.random.Generator, h: int, w: int, cell: float) -> np.ndarray:
    """Smooth noise of unit variance whose hills are about ``cell`` px wide."""
    n = (max(int(h / cell), 2) + 2, max(int(w / cell), 2) + 2)
    return cv2.resize(
        r.standard_normal(n).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC
    )


def _table(r: np.random.Generator, n: int) -> np.ndarray:
    """What lies round the sheet: black or white glass, wood, cloth, a hand."""
    colour = (
        r.uniform(0, 255, 3) if r.random() < 0.6 else np.full(3, r.choice([0, 0, 20, 128, 255]))
    )
    out = np.empty((n, n, 3), np.float32)
    out[:] = colour
    if r.random() < 0.6:
        grain = cv2.resize(
            r.standard_normal((n // int(r.integers(2, 30)) + 2, n // 60 + 2)).astype(np.float32),
            (n, n),
        )
        out *= 1 + 0.12 * (grain if r.random() < 0.5 else grain.T)[..., None]
        for _ in range(int(r.integers(0, 4))):  # joints of boards
            q = int(r.uniform(0, n))
            cv2.line(
                out,
                (q, 0),
                (int(q + r.uniform(-40, 40)), n),
                tuple(float(v * 0.5) for v in colour),
                int(r.integers(1, 4)),
            )
    if r.random() < 0.25:
        skin = np.array([220, 170, 140]) * r.uniform(0.3, 1.1)
        c, a = r.uniform(0, n, 2), r.uniform(n * 0.1, n * 0.5, 2)
        cv2.ellipse(
            out,
            tuple(int(v) for v in c),
            tuple(int(v) for v in a),
            float(r.uniform(0, 180)),
            0,
            360,
            tuple(float(v) for v in skin),
            -1,
        )
    return out


def _place(r: np.random.Generator, d: Drawn, n: int) -> tuple[np.ndarray, np.ndarray, bool]:
    """The crop of ``n`` px: cut straight from the sheet, or turned and seen from an angle."""
    h = d.picture.shape[0]
    stack = np.dstack([d.picture, d.maps])
    if r.random() < 0.35:
        x, y = (int(v) for v in r.integers(0, h - n + 1, 2))
        cut = stack[y : y + n, x : x + n]
        if r.random() < 0.12:  # a border beside a flat page
            edge, side = int(r.uniform(4, n * 0.4)), int(r.integers(4))
            cut = np.rot90(cut, side).copy()
            cut[:edge, :, :3] = r.choice([0, 255, 255, 128, 40])
            cut[:edge, :, 3:] = 0
            if r.random() < 0.4:
                cut[edge - 1 - int(r.integers(0, 2)) : edge, :, :3] = r.uniform(0, 255)
            cut = np.rot90(cut, -side)
        return np.ascontiguousarray(cut[..., :3]), np.ascontiguousarray(cut[..., 3:]), False
    if r.random() < 0.35:
        yy, xx = np.mgrid[0:h, 0:h].astype(np.float32)
        cell = float(r.uniform(60, 260))
        stack = cv2.remap(
            stack,
            xx + field(r, h, h, cell) * r.uniform(0, 0.035) * cell,
            yy + field(r, h, h, cell) * r.uniform(0, 0.035) * cell,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
    src = np.array([[0, 0], [h, 0], [h, h], [0, h]], np.float32)
    angle = np.deg2rad(r.uniform(-3, 3) if r.random() < 0.45 else r.uniform(-20, 20))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = r.uniform(-0.55, 0.55, 2) * h if r.random() < 0.3 else r.uniform(-0.04, 0.04, 2) * h
    dst = (
        (src - h / 2) @ turn.T * r.uniform(0.9, 1.15)
        + r.uniform(-0.05, 0.05, (4, 2)) * h
        + n / 2
        + shift
    )
    m = cv2.getPerspectiveTransform(src, dst.astype(np.float32))
    how = cv2.INTER_LINEAR if r.random() < 0.7 else cv2.INTER_CUBIC
    inside = cv2.warpPerspective(np.ones((h, h), np.float32), m, (n, n), flags=cv2.INTER_LINEAR)[
        ..., None
    ]
    out = np.dstack(
        [
            cv2.warpPerspective(np.ascontiguousarray(stack[..., a:b]), m, (n, n), flags=how)
            for a, b in ((0, 3), (3, 7))
        ]
    )
    picture, maps = out[..., :3], np.clip(out[..., 3:], 0, 1)
    if inside.min() < 1:
        beyond = _table(r, n)
        if r.random() < 0.5:  # the sheet's shadow on the table, or its dark edge
            soft = cv2.GaussianBlur(inside, (0, 0), float(r.uniform(1, 9)))[..., None]
            beyond *= 1 - r.uniform(0.2, 0.9) * soft
        picture = (
            picture + beyond * (1 - inside)
            if how == cv2.INTER_LINEAR
            else picture * (inside > 0.99) + beyond * (inside <= 0.99)
        )
        maps = maps * (inside > 0.99)
    return picture, maps, True


def _light(r: np.random.Generator, p: np.ndarray, photograph: bool) -> np.ndarray:
    n = p.shape[0]
    if r.random() < (0.75 if photograph else 0.12):
        p = p * (
            1
            + r.uniform(0, 0.3)
            * field(r, n, n, float(r.uniform(50, 200)))[..., None].clip(-1.6, 1.6)
        )
    if r.random() < (0.35 if photograph else 0.04):  # shadow with an edge
        e = (field(r, n, n, 90) > r.uniform(-0.5, 0.8)).astype(np.float32)
        p = p * (
            1
            - r.uniform(0.1, 0.55) * cv2.GaussianBlur(e, (0, 0), float(r.uniform(1, 14)))[..., None]
        )
    if r.random() < (0.3 if photograph else 0.02):  # creases
        for _ in range(int(r.integers(1, 4))):
            m = np.zeros((n, n), np.float32)
            x0, y0, x1, y1 = (int(v) for v in r.uniform(-0.2 * n, 1.2 * n, 4))
            cv2.line(m, (x0, y0), (x1, y1), 1, int(r.integers(1, 5)))
            m = np.asarray(cv2.GaussianBlur(m, (0, 0), float(r.uniform(0.6, 4))), np.float32)
            p = p * (1 + r.uniform(-0.5, 0.4) * m[..., None])
            if r.random() < 0.5:  # two sides of a fold take the light differently
                yy, xx = np.mgrid[0:n, 0:n]
                side = ((xx - x0) * (y1 - y0) - (yy - y0) * (x1 - x0) > 0).astype(np.float32)
                p = p * (1 - r.uniform(0, 0.25) * side[..., None])
    if r.random() < (0.15 if photograph else 0.01):  # a lamp's reflection
        spot = np.zeros((n, n), np.float32)
        cv2.circle(spot, tuple(int(v) for v in r.uniform(0, n, 2)), int(r.uniform(8, 60)), 1, -1)
        p = (
            p
            + r.uniform(40, 200)
            * cv2.GaussianBlur(spot, (0, 0), float(r.uniform(8, 30)))[..., None]
        )
    if r.random() < 0.06:  # streaks of a scanner's line
        for _ in range(int(r.integers(1, 4))):
            q, t = int(r.uniform(0, n)), int(r.integers(1, 4))
            p[:, q : q + t] = p[:, q : q + t] * 0.5 + 0.5 * r.uniform(0, 255, 3)
    if r.random() < 0.05:  # names blacked or smeared out
        x, y = (int(v) for v in r.uniform(0, n * 0.8, 2))
        p[y : y + int(r.uniform(6, 40)), x : x + int(r.uniform(20, 120))] = r.choice(
            [0, 0, 200, 255, 120]
        )
    if r.random() < 0.03:  # a marker's bar over the print
        x, y = (int(v) for v in r.uniform(0, n * 0.8, 2))
        p[y : y + 20, x : x + 90] *= np.array(r.uniform(0.5, 1.0, 3), np.float32)
    return p


def _camera(r: np.random.Generator, p: np.ndarray, photograph: bool) -> np.ndarray:
    n = p.shape[0]
    if r.random() < (0.8 if photograph else 0.3):
        p = cv2.GaussianBlur(p, (0, 0), float(r.uniform(0.3, 1.4)))
    if r.random() < 0.04:
        kernel = np.zeros((9, 9), np.float32)
        c, s = np.cos(a := r.uniform(0, np.pi)), np.sin(a)
        cv2.line(kernel, (int(4 - 3 * c), int(4 - 3 * s)), (int(4 + 3 * c), int(4 + 3 * s)), 1, 1)
        p = cv2.filter2D(p, -1, kernel / kernel.sum())
    if r.random() < 0.22:  # a picture that was small once
        f = float(r.uniform(0.4, 0.85))
        how = (cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_NEAREST)[
            int(r.choice([0, 0, 0, 1, 1, 2]))
        ]
        p = cv2.resize(
            cv2.resize(p, None, fx=f, fy=f, interpolation=how),
            (n, n),
            interpolation=cv2.INTER_CUBIC if r.random() < 0.7 else cv2.INTER_LINEAR,
        )
    if r.random() < 0.06:  # a screen's pixels against the sensor's
        yy, xx = np.mgrid[0:n, 0:n].astype(np.float32)
        fx, fy = r.uniform(-0.6, 0.6, 2)
        wave = np.stack(
            [
                np.sin(fx * xx + fy * yy + 0.004 * xx * yy * r.uniform(-0.3, 0.3) + q)
                for q in r.uniform(0, 3, 3)
            ],
            -1,
        )
        p = p + wave * r.uniform(3, 16)
    if r.random() < (0.55 if photograph else 0.2):
        sigma = float(r.uniform(2, 12) if r.random() < 0.6 else r.uniform(12, 48))
        noise = r.standard_normal((n, n, 3 if r.random() < 0.6 else 1)).astype(np.float32) * sigma
        if r.random() < 0.3:
            noise = (
                cv2.GaussianBlur(noise, (0, 0), float(r.uniform(0.4, 0.9))).reshape(n, n, -1) * 1.5
            )
        p = p + noise
    return p


def _colours(r: np.random.Generator, p: np.ndarray, photograph: bool) -> np.ndarray:
    if r.random() < (0.45 if photograph else 0.12):
        p = p * np.array(r.uniform(0.6, 1.12, 3), np.float32)
    if r.random() < 0.1:  # a lamp's temperature, strongly
        warm = float(r.uniform(0.25, 1.0))
        p = p * np.array(
            [1, (1 + warm) / 2, warm] if r.random() < 0.6 else [warm, (1 + warm) / 2, 1], np.float32
        )
    if r.random() < 0.25:
        a = float(r.uniform(0.5, 1.25))
        p = (p - 128) * a + 128 + r.uniform(-50, 40)
    if r.random() < 0.2:
        p = np.repeat(p.mean(2, keepdims=True), 3, 2)
        if r.random() < 0.18:  # facsimile: black or white
            p = np.where(
                p
                > p.mean()
                - r.uniform(5, 60)
                + r.standard_normal(p.shape[:2])[..., None] * r.uniform(0, 15),
                255.0,
                0.0,
            )
    if r.random() < 0.03:
        p = 255 - p
    return p


def spoil(r: np.random.Generator, d: Drawn, n: int) -> tuple[np.ndarray, np.ndarray]:
    """A crop of ``n`` px of a drawn sheet as it may reach a reader: (uint8 RGB, maps float32)."""
    picture, maps, moved = _place(r, d, n)
    photograph = moved and r.random() < 0.75
    picture = picture.astype(np.float32)
    for step in (_light, _camera, _colours):
        picture = step(r, picture, photograph)
    out = np.clip(picture, 0, 255).astype(np.uint8)
    if r.random() < 0.6:
        _, packed = cv2.imencode(
            ".jpg", out[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(r.integers(40, 96))]
        )
        out = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR))[..., ::-1]
    turn = int(r.choice([0, 1, 2, 3], p=[0.82, 0.07, 0.04, 0.07]))
    return np.ascontiguousarray(np.rot90(out, turn)), np.ascontiguousarray(np.rot90(maps, turn))
