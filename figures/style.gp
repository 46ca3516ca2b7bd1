# The one style of all figures. A figure's source loads it and stands beside it in the report's folder.

set encoding utf8
set datafile separator comma
set datafile missing "nan"

# Okabe and Ito's palette, told apart by readers with any kind of colour vision, also in grey by their dashes.
PALETTE = "#0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9 #000000 #8A7F00"
# Colours that mean the same thing in every figure: role, colour.
ROLES = " reference #555555 paper #000000" \
    . " dec #0072B2 ae-lasso #D55E00 ae-ls #009E73 noodl #CC79A7 decay #E69F00 ht #56B4E9" \
    . " cold #0072B2 warm #D55E00 scaled #009E73 soft-first #CC79A7 restart #E69F00 continuation #56B4E9 "

# The colour of a role, or the k-th of the palette.
assay_color(role, k) = strlen(role) > 0 && strstrt(ROLES, " ".role." ") > 0 \
    ? word(ROLES[strstrt(ROLES, " ".role." "):*], 2) \
    : word(PALETTE, (k - 1) % words(PALETTE) + 1)
# Solid first, then dashed, dotted, dash-dotted ...
assay_dash(k) = (k - 1) % 5 + 1
assay_point(k) = word("7 5 9 11 13 6 4 8", (k - 1) % 8 + 1) + 0

# The terminal of a format for a drawing of that many pixels.
assay_terminal(form, w, h) = \
    form eq "svg" ? sprintf("set terminal svg size %d,%d dynamic font 'DejaVu Sans,Helvetica,Arial,sans-serif,13' background '#ffffff'", w, h) : \
    form eq "pdf" ? sprintf("set terminal pdfcairo size %gin,%gin font 'DejaVu Sans,10'", w / 96.0, h / 96.0) : \
    sprintf("set terminal pngcairo size %d,%d font 'DejaVu Sans,19' fontscale 1 linewidth 1.6 pointscale 1.6 background '#ffffff'", 2 * w, 2 * h)

set border 3 lw 1 lc rgb "#444444"
set tics nomirror out scale 0.6 tc rgb "#222222"
set grid back lt 1 lw 0.6 lc rgb "#dddddd"
set key below center horizontal reverse Left samplen 2.4 spacing 1.15
set style fill transparent solid 0.18 noborder
set bars 0.5
set tmargin 2.2
